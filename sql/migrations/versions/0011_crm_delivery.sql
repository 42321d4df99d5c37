-- Delivery to CRMs.
select 1;
