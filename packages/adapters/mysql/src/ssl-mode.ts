/**
 * How a connection is encrypted, in the words of MySQL's own clients. `preferred` encrypts where the server can;
 * `required` always, without looking at the certificate; `verify-ca` checks who signed it, `verify-identity` also its name.
 */
export const SSL_MODES = ['disabled', 'preferred', 'required', 'verify-ca', 'verify-identity'] as const
/** One of `SSL_MODES`. */
export type SslMode = (typeof SSL_MODES)[number]
