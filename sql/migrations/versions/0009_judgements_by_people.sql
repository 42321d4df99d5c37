-- Judgements by people.
select 1;
