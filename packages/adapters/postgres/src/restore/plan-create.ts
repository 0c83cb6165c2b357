import { objectId } from '@dbsnap/core/adapter'
import { TargetNotEmptyError } from '@dbsnap/core/errors'
import type { RestoreRequest } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'
import { neededObjects } from './needed-objects.ts'
import { creationStep, type RestorePlan } from './restore-plan.ts'

/** What the target has, as far as a plan must know. */
export interface TargetObjects {
  /** Its schema by `kind:name`. */
  readonly objects: ReadonlyMap<string, SchemaObject>
  /** `schema.name` of everything that shares the names of tables: views, sequences, indexes, types of rows. */
  readonly relations: ReadonlySet<string>
}

/** Kinds that several restores share: one that is there already is taken as it is. */
const SHARED_KINDS = new Set(['schema', 'extension'])

/** Kinds that live in one name space in PostgreSQL. */
const RELATION_KINDS = new Set([
  'table',
  'foreign table',
  'view',
  'materialized view',
  'sequence',
  'index',
  'composite type',
])

/** So many names of what stands in the way are listed; a person reads the first few. */
const LISTED_OBJECTS = 20

/** Plans `create`: everything chosen must be absent, else `TargetNotEmptyError`. */
export function planCreate(request: RestoreRequest, target: TargetObjects): RestorePlan {
  const chosen = new Set(request.collections.map((collection) => collection.name))
  const create = request.whole
    ? request.schema.objects.filter(
        (object) => !(SHARED_KINDS.has(object.kind) && target.objects.has(objectId(object))),
      )
    : neededObjects(request.schema, chosen, target.objects, request.onWarning).create
  refuseWhatStandsInTheWay(create, target)
  return {
    routes: new Map(request.collections.map((collection) => [collection.name, 'load'])),
    clear: [],
    before: create.filter((object) => object.section === 'pre-data').flatMap((object) => creationStep(object)),
    after: create.filter((object) => object.section === 'post-data').flatMap((object) => creationStep(object)),
  }
}

/** Fails with `TargetNotEmptyError` where an object to create, or another of its name, is there. */
export function refuseWhatStandsInTheWay(create: readonly SchemaObject[], target: TargetObjects): void {
  const inTheWay = create.filter(
    (object) =>
      target.objects.has(objectId(object)) || (RELATION_KINDS.has(object.kind) && target.relations.has(object.name)),
  )
  if (inTheWay.length === 0) return
  const names = inTheWay.map((object) => `${object.kind} ${object.name}`)
  throw new TargetNotEmptyError(
    `the target already has ${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''}`,
    {
      hint: 'Restore into an empty database, choose other tables, or use mode overwrite or append.',
      data: { objects: names.slice(0, LISTED_OBJECTS), count: names.length },
    },
  )
}
