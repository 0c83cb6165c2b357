import { library } from '../../scripts/tsup-library.ts'

export default library([
  'src/index.ts',
  'src/ports/index.ts',
  'src/errors/index.ts',
  'src/values/index.ts',
  'src/adapter/index.ts',
])
