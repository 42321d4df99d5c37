-- Accounts.
select 1;
