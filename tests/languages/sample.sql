-- Orders.
CREATE TABLE orders (
  id integer PRIMARY KEY,
  total numeric
);

INSERT INTO orders VALUES (1, 2.5);
