-- Consumers of the change feed.
select 1;
