-- The chain of the ledger.
select 1;
