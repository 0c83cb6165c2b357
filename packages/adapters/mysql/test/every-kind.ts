import type { MysqlFlavour } from '@dbsnap/test-servers'

/** Statements that make a database with every kind of object that both families have. */
const BOTH: readonly string[] = [
  `CREATE TABLE customers (
     id bigint unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s a ) key, \\'quoted\\'',
     name varchar(100) CHARACTER SET latin1 NOT NULL DEFAULT 'a,b(c)',
     email varchar(190) NOT NULL,
     status enum('new','it''s','a,b') NOT NULL DEFAULT 'new',
     tags set('x','y') DEFAULT NULL,
     balance decimal(12,2) NOT NULL DEFAULT 0.00,
     score double DEFAULT NULL,
     ratio float DEFAULT NULL,
     born date DEFAULT NULL,
     changed timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
     full_name varchar(300) GENERATED ALWAYS AS (concat(name, ' <', email, '>')) VIRTUAL,
     doubled decimal(13,2) GENERATED ALWAYS AS (balance * 2) STORED,
     picture blob,
     flags bit(12) NOT NULL DEFAULT b'101',
     PRIMARY KEY (id),
     UNIQUE KEY email (email),
     KEY by_status (status, balance DESC),
     KEY by_prefix (name(10)) COMMENT 'a comment',
     FULLTEXT KEY words (name),
     CONSTRAINT balance_ok CHECK (balance >= -100 and email <> ',')
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='people; who AUTO_INCREMENT=7 buy'`,
  `CREATE TABLE orders (
     customer bigint unsigned NOT NULL,
     number int NOT NULL,
     parent_customer bigint unsigned DEFAULT NULL,
     parent_number int DEFAULT NULL,
     place point NOT NULL,
     body json DEFAULT NULL,
     PRIMARY KEY (customer, number),
     KEY parent (parent_customer, parent_number),
     SPATIAL KEY place (place),
     CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE,
     CONSTRAINT of_order FOREIGN KEY (parent_customer, parent_number) REFERENCES orders (customer, number)
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE log (line text, seen datetime DEFAULT NULL, KEY seen (seen)) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  `CREATE TABLE numbered (label varchar(20) NOT NULL, n int NOT NULL AUTO_INCREMENT, PRIMARY KEY (label), KEY other (label, n), UNIQUE KEY n (n)) ENGINE=InnoDB AUTO_INCREMENT=100`,
  `CREATE TABLE old_engine (id int NOT NULL, note varchar(20), PRIMARY KEY (id)) ENGINE=MyISAM`,
  `CREATE TABLE by_year (id int NOT NULL, y int NOT NULL, PRIMARY KEY (id, y)) ENGINE=InnoDB
     PARTITION BY RANGE (y) (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
  `CREATE TABLE by_hash (id int NOT NULL, PRIMARY KEY (id)) ENGINE=InnoDB PARTITION BY HASH (id) PARTITIONS 3`,
  'CREATE TABLE `odd ``name``, (x)` (`a ``b``` int NOT NULL, `c,d` varchar(5), PRIMARY KEY (`a ``b```), KEY `k``` (`c,d`))',
  `CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2`,
  `CREATE PROCEDURE count_orders(IN who bigint, OUT amount int) BEGIN DECLARE x int; SELECT count(*) INTO amount FROM orders WHERE customer = who; /* ä; */ END`,
  `CREATE VIEW b_rich AS SELECT id, twice(balance) AS b FROM customers WHERE balance > 10`,
  `CREATE VIEW a_richest AS SELECT * FROM b_rich WHERE b > 100 WITH CASCADED CHECK OPTION`,
  `CREATE TRIGGER z_first BEFORE INSERT ON customers FOR EACH ROW SET NEW.name = concat(NEW.name, '')`,
  `CREATE TRIGGER a_second BEFORE INSERT ON customers FOR EACH ROW BEGIN IF NEW.score IS NULL THEN SET NEW.score = 0; END IF; END`,
  `CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE COMMENT 'old; lines' DO DELETE FROM log WHERE seen < '2000-01-01'`,
  `INSERT INTO customers (name, email, status, tags, balance, score, ratio, born, changed, picture) VALUES
     ('Ä €', 'a@x', 'new', 'x', 1.50, 0.1, 1.2345678, '0000-00-00', '2024-01-01 00:00:00.125', x'00095c0aff'),
     ('B', 'B@x', 'it''s', 'x,y', 200, 1e300, NULL, NULL, '2024-01-01 00:00:01', NULL)`,
  `INSERT INTO orders VALUES (1, 1, NULL, NULL, ST_GeomFromText('POINT(1 2)'), '{"b": 1, "a": [true, null]}'), (1, 2, 1, 1, ST_GeomFromText('POINT(-1.5 2)'), NULL)`,
  `INSERT INTO log VALUES ('same', NULL), ('same', NULL), ('tab\\there', '2024-02-29 12:00:00')`,
  `INSERT INTO numbered (label) VALUES ('b'), ('A')`,
  `INSERT INTO old_engine VALUES (2, 'two'), (1, NULL)`,
  `INSERT INTO by_year VALUES (1, 1999), (2, 2024)`,
  `INSERT INTO by_hash VALUES (1), (2), (3), (4)`,
  'INSERT INTO `odd ``name``, (x)` VALUES (1, NULL)',
]

const MYSQL: readonly string[] = [
  `CREATE TABLE modern (
     id int NOT NULL, hidden int INVISIBLE DEFAULT 5, body json, place geometry NOT NULL SRID 4326, v vector(3), made datetime DEFAULT (now() + interval 1 day),
     name varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs,
     PRIMARY KEY (id), KEY expression ((lower(name))), KEY unseen (name) INVISIBLE,
     KEY members ((CAST(body->'$.ids' AS unsigned array))), SPATIAL KEY place (place),
     CONSTRAINT lax CHECK (id > 0) /*!80016 NOT ENFORCED */
   )`,
  `INSERT INTO modern (id, hidden, body, place, v, name) VALUES (1, 7, '{"ids": [1, 2]}', ST_GeomFromText('POINT(1 2)', 4326), STRING_TO_VECTOR('[1,2,3]'), 'É')`,
]

const MARIADB: readonly string[] = [
  `CREATE SEQUENCE tickets START WITH 10 INCREMENT BY 5 MAXVALUE 1000 CACHE 10 CYCLE`,
  `CREATE TABLE ticketed (id bigint NOT NULL DEFAULT nextval(tickets), note varchar(10), PRIMARY KEY (id))`,
  `CREATE TABLE versioned (id int NOT NULL, note varchar(10), PRIMARY KEY (id)) WITH SYSTEM VERSIONING`,
  `CREATE TABLE booked (id int NOT NULL, a date NOT NULL, b date NOT NULL, PERIOD FOR span (a, b), UNIQUE KEY u (id, span WITHOUT OVERLAPS))`,
  `CREATE TABLE modern (id uuid NOT NULL, hidden int INVISIBLE DEFAULT 5, ip inet6, name varchar(50), long_text text, PRIMARY KEY (id), KEY unused (name) IGNORED, UNIQUE KEY whole (long_text))`,
  `CREATE TABLE aria_table (id int NOT NULL, PRIMARY KEY (id)) ENGINE=Aria TRANSACTIONAL=1`,
  `SET SESSION sql_mode = 'ORACLE'`,
  `CREATE PACKAGE tools AS FUNCTION one RETURN int; END`,
  `CREATE PACKAGE BODY tools AS FUNCTION one RETURN int AS BEGIN RETURN 1; END; END`,
  `SET SESSION sql_mode = 'STRICT_ALL_TABLES'`,
  `INSERT INTO ticketed (note) VALUES ('a'), ('b')`,
  `INSERT INTO versioned VALUES (1, 'a')`,
  `UPDATE versioned SET note = 'b'`,
  `INSERT INTO booked VALUES (1, '2024-01-01', '2024-02-01'), (1, '2024-02-01', '2024-03-01')`,
  `INSERT INTO modern (id, hidden, ip, name, long_text) VALUES ('123e4567-e89b-12d3-a456-426655440000', 8, '::1', 'x', 'long')`,
  `INSERT INTO aria_table VALUES (1)`,
]

/** A database with every kind of object of a family, and records in every table. */
export function everyKind(flavour: MysqlFlavour): readonly string[] {
  return [...BOTH, ...(flavour === 'mysql' ? MYSQL : MARIADB)]
}
