/** Words that PostgreSQL 18 does not take as a bare name everywhere; older versions have fewer. */
const KEYWORDS = new Set(
  `
  all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case
  cast char character check coalesce collate collation column concurrently constraint create cross
  current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
  decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
  freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
  interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query
  json_scalar json_serialize json_table json_value lateral leading least left like limit localtime
  localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on
  only or order out outer overlaps overlay placing position precision primary real references returning right
  row select session_user setof similar smallint some substring symmetric system_user table tablesample then
  time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where
  window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
  xmlserialize xmltable
  `
    .trim()
    .split(/\s+/),
)

/** A name that PostgreSQL reads back unchanged without quotes, unless it is a keyword. */
const BARE = /^[a-z_][a-z0-9_]*$/

/** A name as SQL writes it: in quotes where it must be. */
export function quoteIdentifier(name: string): string {
  return BARE.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** A text as an SQL literal, under `standard_conforming_strings`. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** `schema.name`, each part quoted where it must be, for statements. */
export function sqlName(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

/** `schema.name` as people and `SchemaObject.name` write it: without quotes. A table's is its collection's name. */
export function qualifiedName(schema: string, name: string): string {
  return `${schema}.${name}`
}
