import { connect } from 'node:net'

/** Names the socket of the process that owns the servers of a test run. Set by the global set-up. */
export const BROKER_VARIABLE = 'DBSNAP_TEST_SERVER_BROKER'

/**
 * The URL of the server of this name (`postgres 18`, `mariadb`) that the whole test run shares; undefined without the
 * global set-up. One line there, the name; one line back, the URL or why there is none.
 */
export function askBroker(name: string): Promise<string> | undefined {
  const socketPath = process.env[BROKER_VARIABLE]
  return socketPath ? ask(socketPath, name) : undefined
}

async function ask(socketPath: string, name: string): Promise<string> {
  const socket = connect(socketPath)
  socket.end(`${name}\n`)
  let answer = ''
  for await (const part of socket) answer += String(part)
  const { url, error }: { url?: string; error?: string } = JSON.parse(answer)
  if (url === undefined) throw new Error(error ?? 'the owner of the test servers gave no address')
  return url
}
