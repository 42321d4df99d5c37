-- Guards against money in the wrong currency: a reporting amount that its own rate does not give, or two reporting currencies
-- added together.
select name || ' ' || day || ' ' || currency as subject
from core.spend
where (
        spend_reporting is not null
        and (fx_rate is null or abs(spend_reporting - round(spend_original / (1 + vat_rate / 100) / fx_rate, 4)) > 0.0001)
    )
   or (currency = reporting_currency and spend_reporting is distinct from round(spend_original / (1 + vat_rate / 100), 4))
   or fx_date > day
   or reporting_currency <> (select min(reporting_currency) from core.spend)
