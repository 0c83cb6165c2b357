/**
 * How a connection is protected, in the words of `libpq`: `disable` never; `allow` where the server insists;
 * `prefer` where the server can; `require` always, trusting any certificate; `verify-ca` trusting only known
 * authorities; `verify-full` checking the host's name as well.
 */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
/** One of `SSL_MODES`. */
export type SslMode = (typeof SSL_MODES)[number]
