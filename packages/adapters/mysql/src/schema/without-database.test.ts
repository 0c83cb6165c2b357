import { expect, it } from 'vitest'
import { withoutDatabase } from './without-database.ts'

it('takes the name of the database away where it can be nothing else', () => {
  const text = "select `q`.`t`.`id` AS `id`, `q`.`f`(`q`.`id`), '`q`.`t`.`x`', 'it''s \\\\' from `t` join `q`"
  expect(withoutDatabase(text, 'q')).toBe(
    "select `t`.`id` AS `id`, `f`(`q`.`id`), '`q`.`t`.`x`', 'it''s \\\\' from `t` join `q`",
  )
  expect(withoutDatabase('select `a+b`.`t`.`id`', 'a+b')).toBe('select `t`.`id`')
})
