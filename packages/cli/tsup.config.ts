import { library } from '../../scripts/tsup-library.ts'

export default library(['src/main.ts', 'src/demo/shop-database.ts'])
