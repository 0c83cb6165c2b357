import * as z from 'zod'

const schema = z.object({
  DBSNAP_REPO: z.string().min(1).optional(),
  DBSNAP_PASSPHRASE: z.string().min(1).optional(),
  DBSNAP_TO_PASSPHRASE: z.string().min(1).optional(),
  DBSNAP_KEY_FILE: z.string().min(1).optional(),
  DBSNAP_MASTER_KEY: z.string().min(1).optional(),
  DBSNAP_AWS_KMS: z.string().min(1).optional(),
  DBSNAP_RECOVERY_KEY: z.string().min(1).optional(),
  DBSNAP_NEW_PASSPHRASE: z.string().min(1).optional(),
  DBSNAP_NEW_MASTER_KEY: z.string().min(1).optional(),
  DBSNAP_CACHE: z.string().min(1).optional(),
  DBSNAP_DEMO_MYSQL_URL: z.string().min(1).optional(),
  DBSNAP_DEMO_MONGODB_URL: z.string().min(1).optional(),
  XDG_CACHE_HOME: z.string().min(1).optional(),
  NO_COLOR: z.string().optional(),
})

export type Environment = z.infer<typeof schema>

/** The variables that the command line reads, checked; an empty one counts as absent. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  return schema.parse(Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')))
}
