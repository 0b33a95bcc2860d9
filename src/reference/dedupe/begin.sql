-- READ COMMITTED, whatever the role's default is: a claim that waited for another one then sees that one's row, and
-- answers "duplicate" where a stricter level would fail. READ WRITE: a standby refuses here, before anything ran.
begin isolation level read committed read write
