import { expect, it } from 'vitest'
import { parseCreateTable } from './create-table.ts'

it('takes a table apart whatever stands in its texts', () => {
  const text = `CREATE TABLE \`a(\` (
  \`x,\` int NOT NULL DEFAULT '1' COMMENT 'a '' ), ( \\\\',
  \`y\`\`z\` varchar(5) GENERATED ALWAYS AS (concat(\`x,\`,_utf8mb4'),(')) VIRTUAL /*!80023 INVISIBLE */,
  PRIMARY KEY (\`x,\`),
  UNIQUE KEY \`k\`\`1\` (\`y\`\`z\`(3)),
  FULLTEXT KEY \`f\` (\`y\`\`z\`) /*!50100 WITH PARSER \`ngram\` */ ,
  PERIOD FOR \`p\` (\`a\`, \`b\`),
  CONSTRAINT \`fk\` FOREIGN KEY (\`x,\`) REFERENCES \`b\` (\`id\`) ON DELETE CASCADE,
  CONSTRAINT \`c\` CHECK ((\`x,\` > 0))
) ENGINE=InnoDB AUTO_INCREMENT=42 DEFAULT CHARSET=utf8mb4 COMMENT='AUTO_INCREMENT=7'
/*!50100 PARTITION BY RANGE (x) (PARTITION p VALUES LESS THAN (3)) */`
  const { parts, options, autoIncrement } = parseCreateTable('a(', text)
  expect(parts.map(({ kind, name }) => [kind, name])).toEqual([
    ['column', 'x,'],
    ['column', 'y`z'],
    ['index', 'PRIMARY'],
    ['index', 'k`1'],
    ['index', 'f'],
    ['other', ''],
    ['foreign key', 'fk'],
    ['check', 'c'],
  ])
  expect(autoIncrement).toBe('42')
  expect(options.startsWith("ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='AUTO_INCREMENT=7'")).toBe(true)
})

it('takes no comment for the position of AUTO_INCREMENT, and fails by the name of what it does not understand', () => {
  const text = "CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB COMMENT=' AUTO_INCREMENT=7'"
  expect(parseCreateTable('t', text)).toMatchObject({ autoIncrement: undefined })
  expect(() => parseCreateTable('odd', 'CREATE TABLE odd AS SELECT 1')).toThrow('odd')
  expect(() => parseCreateTable('odd', 'CREATE TABLE `odd` (\n `a` int')).toThrow('odd')
})
