import type { Json } from '@dbsnap/core/values'
import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteLiteral, sqlName } from './identifiers.ts'

interface Row {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly types: string
  readonly identity: string
  readonly arguments: string
  /** `n` normal, `o` ordered set, `h` hypothetical set. */
  readonly kind: 'n' | 'o' | 'h'
  readonly parallel: 's' | 'r' | 'u'
  readonly transition: string
  readonly stateType: string
  readonly stateSize: number
  readonly final: string | null
  readonly finalExtra: boolean
  readonly finalModify: 'r' | 's' | 'w'
  readonly combine: string | null
  readonly serial: string | null
  readonly deserial: string | null
  readonly initial: string | null
  readonly movingTransition: string | null
  readonly movingInverse: string | null
  readonly movingStateType: string | null
  readonly movingStateSize: number
  readonly movingFinal: string | null
  readonly movingFinalExtra: boolean
  readonly movingFinalModify: 'r' | 's' | 'w'
  readonly movingInitial: string | null
  readonly sortOperator: string | null
}

const MODIFIES = { r: 'READ_ONLY', s: 'SHAREABLE', w: 'READ_WRITE' } as const
const PARALLEL = { s: 'SAFE', r: 'RESTRICTED', u: 'UNSAFE' } as const

const functionName = (column: string) => `
  (SELECT pg_catalog.format('%I.%I', fn.nspname, f.proname) FROM pg_catalog.pg_proc f
     JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = a.${column}::oid)`

/** Aggregates: normal, moving, ordered-set and hypothetical-set. */
export async function readAggregates(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<Row>(
    'pg_proc',
    `SELECT p.oid, n.nspname AS schema, p.proname AS name, pg_catalog.oidvectortypes(p.proargtypes) AS types,
            pg_catalog.pg_get_function_identity_arguments(p.oid) AS identity,
            pg_catalog.pg_get_function_arguments(p.oid) AS arguments, a.aggkind AS kind, p.proparallel AS parallel,
            ${functionName('aggtransfn')} AS transition, pg_catalog.format_type(a.aggtranstype, NULL) AS "stateType",
            a.aggtransspace AS "stateSize", ${functionName('aggfinalfn')} AS final, a.aggfinalextra AS "finalExtra",
            a.aggfinalmodify AS "finalModify", ${functionName('aggcombinefn')} AS combine,
            ${functionName('aggserialfn')} AS serial, ${functionName('aggdeserialfn')} AS deserial, a.agginitval AS initial,
            ${functionName('aggmtransfn')} AS "movingTransition", ${functionName('aggminvtransfn')} AS "movingInverse",
            CASE WHEN a.aggmtranstype <> 0 THEN pg_catalog.format_type(a.aggmtranstype, NULL) END AS "movingStateType",
            a.aggmtransspace AS "movingStateSize", ${functionName('aggmfinalfn')} AS "movingFinal",
            a.aggmfinalextra AS "movingFinalExtra", a.aggmfinalmodify AS "movingFinalModify", a.aggminitval AS "movingInitial",
            (SELECT pg_catalog.format('OPERATOR(%I.%s)', opn.nspname, o.oprname) FROM pg_catalog.pg_operator o
               JOIN pg_catalog.pg_namespace opn ON opn.oid = o.oprnamespace WHERE o.oid = a.aggsortop) AS "sortOperator"
       FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_aggregate a ON a.aggfnoid::oid = p.oid
       JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE p.prokind = 'a' AND ${USER_SCHEMA} ORDER BY 2, 3, 4`,
  )
  return rows.map((row) => {
    const sql = sqlName(row.schema, row.name)
    const options = aggregateOptions(row)
    const list = options.map(([name, value]) => (value === '' ? `  ${name}` : `  ${name} = ${value}`)).join(',\n')
    return {
      kind: 'aggregate',
      name: `${qualifiedName(row.schema, row.name)}(${row.types})`,
      definition: {
        arguments: row.arguments,
        ...Object.fromEntries(
          options.map(([name, value]): [string, Json] => [name.toLowerCase(), value === '' ? true : value]),
        ),
      },
      section: 'pre-data',
      statements: [`CREATE AGGREGATE ${sql}(${row.arguments === '' ? '*' : row.arguments}) (\n${list}\n)`],
      addresses: [address('pg_proc', row.oid)],
      sql: `AGGREGATE ${sql}(${row.identity === '' ? '*' : row.identity})`,
    }
  })
}

/** Options in the order of the manual; an empty value is an option without one. */
function aggregateOptions(row: Row): [string, string][] {
  const given = (name: string, value: string | null): [string, string][] => (value === null ? [] : [[name, value]])
  const set = (name: string, on: boolean, value = ''): [string, string][] => (on ? [[name, value]] : [])
  const text = (value: string | null) => (value === null ? null : quoteLiteral(value))
  // An ordered-set aggregate's final function may change the state unless it says otherwise; a normal one's may not.
  const usual = row.kind === 'n' ? 'r' : 'w'
  return [
    ['SFUNC', row.transition],
    ['STYPE', row.stateType],
    ...set('SSPACE', row.stateSize !== 0, String(row.stateSize)),
    ...given('FINALFUNC', row.final),
    ...set('FINALFUNC_EXTRA', row.finalExtra),
    ...set('FINALFUNC_MODIFY', row.finalModify !== usual, MODIFIES[row.finalModify]),
    ...given('COMBINEFUNC', row.combine),
    ...given('SERIALFUNC', row.serial),
    ...given('DESERIALFUNC', row.deserial),
    ...given('INITCOND', text(row.initial)),
    ...given('MSFUNC', row.movingTransition),
    ...given('MINVFUNC', row.movingInverse),
    ...given('MSTYPE', row.movingStateType),
    ...set('MSSPACE', row.movingStateSize !== 0, String(row.movingStateSize)),
    ...given('MFINALFUNC', row.movingFinal),
    ...set('MFINALFUNC_EXTRA', row.movingFinalExtra),
    ...set(
      'MFINALFUNC_MODIFY',
      row.movingTransition !== null && row.movingFinalModify !== usual,
      MODIFIES[row.movingFinalModify],
    ),
    ...given('MINITCOND', text(row.movingInitial)),
    ...given('SORTOP', row.sortOperator),
    ...set('PARALLEL', row.parallel !== 'u', PARALLEL[row.parallel]),
    ...set('HYPOTHETICAL', row.kind === 'h'),
  ]
}
