-- Privacy.
select 1;
