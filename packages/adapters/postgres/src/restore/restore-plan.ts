import type { CollectionRoute, PlannedStep } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'

/** One schema operation of a plan. */
export interface SchemaStep extends PlannedStep {
  readonly statements: readonly string[]
  /** The object that it creates, where it creates one. */
  readonly creates?: SchemaObject
}

/** What a restore will do, decided before anything is done. */
export interface RestorePlan {
  /** By collection name. */
  readonly routes: ReadonlyMap<string, CollectionRoute>
  /** What goes before records are written: constraints, indexes, tables of another shape. */
  readonly clear: readonly SchemaStep[]
  /** What must exist before records are loaded. */
  readonly before: readonly SchemaStep[]
  /** What follows the records: indexes, constraints, triggers, views over them. */
  readonly after: readonly SchemaStep[]
}

/** The step that creates an object; undefined for what other objects' statements create (columns). */
export function creationStep(object: SchemaObject, verb = 'create'): SchemaStep[] {
  if (object.statements.length === 0) return []
  return [
    {
      description: `${verb} ${object.kind} ${object.name}`,
      object: object.name,
      statements: object.statements,
      creates: object,
    },
  ]
}

/** The steps of a plan as a person reads them, in order. */
export function plannedSteps(plan: RestorePlan): PlannedStep[] {
  return [...plan.clear, ...plan.before, ...plan.after].map(({ description, object }) => ({ description, object }))
}
