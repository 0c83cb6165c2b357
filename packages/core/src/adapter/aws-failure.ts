/** The HTTP status of the last answer to a client of the AWS SDK, if there was one. */
export function awsStatusOf(error: unknown): number | undefined {
  const status = property(property(error, '$metadata'), 'httpStatusCode')
  return typeof status === 'number' ? status : undefined
}

/**
 * The service's or Node's name of a failure: short and without anything of the request. The error itself is not for showing,
 * not even as a cause: answers to wrong signatures repeat the access key and the signed text.
 */
export function awsNameOf(error: unknown): string {
  for (const text of [property(error, 'name'), property(error, 'code')]) {
    // Node's failures are all called Error and say more by their code.
    if (typeof text === 'string' && text !== 'Error' && /^\w{1,60}$/.test(text)) return text
  }
  return 'no answer'
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
