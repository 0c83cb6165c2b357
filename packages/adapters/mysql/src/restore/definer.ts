import type { DefinerPolicy } from '../definer-policy.ts'
import { quoteName } from '../sql-text.ts'

/** An account as the servers print it: `root`@`localhost`, or a role of MariaDB. */
const DEFINER = /^(CREATE (?:ALGORITHM=\w+ )?)DEFINER=`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)? /

/** The statement that creates a program or a view, with the definer that the policy wants. */
export function withDefiner(statement: string, policy: DefinerPolicy): string {
  if (policy === 'keep') return statement
  if (policy === 'drop') return statement.replace(DEFINER, '$1')
  const at = policy.account.lastIndexOf('@')
  const [user, host] = at === -1 ? [policy.account, '%'] : [policy.account.slice(0, at), policy.account.slice(at + 1)]
  return statement.replace(DEFINER, (_, head: string) => `${head}DEFINER=${quoteName(user)}@${quoteName(host)} `)
}
