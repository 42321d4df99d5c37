-- The text model of junk.
select 1;
