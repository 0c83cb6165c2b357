/** What the driver says of a connection that is gone; we say it where the driver says nothing. */
export function lostConnection(): Error {
  return Object.assign(new Error('the connection is gone'), { code: 'PROTOCOL_CONNECTION_LOST' })
}
