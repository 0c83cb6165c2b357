/** What JSON can say. Structured facts about schema objects and values shown to people are made of it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** An object of JSON; records shown to people are such objects, by column name. */
export interface JsonObject {
  readonly [name: string]: Json
}
