-- Clients over time: what they bought when, segments, ABC and XYZ, circles and what is filled in.

create table mart.client_span (
    client_id   uuid           not null,
    span        integer        not null check (span > 0),
    started_on  date           not null,
    last_won_on date           not null,
    settled_on  date           not null,
    lost_on     date           not null,
    won_days    integer        not null,
    deals_won   integer        not null,
    revenue     numeric(20, 4) not null,
    primary key (client_id, span),
    constraint client_span_in_order check (started_on <= last_won_on and last_won_on < lost_on)
);
comment on table mart.client_span is
    'Stretches in which a client bought without being lost in between. Grain: client, span. Revenue in the reporting currency.';
comment on column mart.client_span.settled_on is 'From this day on a new or restored client is a regular one, unless lost before.';
comment on column mart.client_span.lost_on is 'The first day on which the client is lost, if nothing is bought before it.';

create table mart.client_revenue_month (
    client_id             uuid           not null,
    month                 date           not null,
    deals_won             integer        not null check (deals_won > 0),
    deals_without_amount  integer        not null,
    revenue               numeric(20, 4) not null,
    primary key (client_id, month)
);
comment on table mart.client_revenue_month is 'What clients bought per month. Grain: client, month in which they bought; month is its first day.';
comment on column mart.client_revenue_month.deals_without_amount is 'Deals of deals_won that bring no revenue, because no amount or no exchange rate is known.';

create table mart.client_segment (
    client_id     uuid primary key,
    segment       text           not null check (segment in ('new', 'regular', 'restored', 'lost')),
    since_day     date           not null,
    first_won_day date           not null,
    last_won_day  date           not null,
    won_days      integer        not null,
    deals_won     integer        not null,
    revenue       numeric(20, 4) not null
);
comment on table mart.client_segment is 'The segment of each client who ever bought, on the day of the build. Grain: client. since_day: since when they are in it.';
comment on column mart.client_segment.won_days is 'Days on which something was bought.';

create table mart.client_segment_month (
    month            date primary key,
    until_day        date   not null,
    clients_before   bigint not null,
    became_new       bigint not null,
    became_restored  bigint not null,
    became_lost      bigint not null,
    became_regular   bigint not null,
    clients          bigint not null,
    new_clients      bigint not null,
    regular_clients  bigint not null,
    restored_clients bigint not null,
    lost_clients     bigint not null
);
comment on table mart.client_segment_month is
    'Clients by segment, month by month. Grain: month. clients = clients_before + became_new + became_restored - became_lost.';
comment on column mart.client_segment_month.until_day is 'The month''s last day, or the day of the build in the month that is not over.';
comment on column mart.client_segment_month.clients is 'Buying clients at the end of until_day: new, regular and restored ones; lost ones are beside it.';

create table mart.client_abc_xyz (
    client_id uuid primary key,
    deals_won integer        not null,
    revenue   numeric(20, 4) not null,
    share     numeric(9, 6),
    abc       text           not null check (abc in ('A', 'B', 'C')),
    variation numeric(12, 6),
    xyz       text           not null check (xyz in ('X', 'Y', 'Z'))
);
comment on table mart.client_abc_xyz is 'Clients who bought in the period of mart.client_build by turnover (ABC) and by its steadiness (XYZ). Grain: client.';
comment on column mart.client_abc_xyz.share is 'Of all turnover of the period, 0 to 1; null where there is none.';
comment on column mart.client_abc_xyz.variation is 'Standard deviation of the turnover per period, divided by its mean; null where there is no turnover.';

create view mart.abc_xyz_matrix as
select class.abc, class.xyz, count(client.client_id) as clients, coalesce(sum(client.deals_won), 0) as deals_won,
       coalesce(sum(client.revenue), 0) as revenue
from (select abc.abc, xyz.xyz from (values ('A'), ('B'), ('C')) as abc (abc) cross join (values ('X'), ('Y'), ('Z')) as xyz (xyz)) as class
left join mart.client_abc_xyz as client on client.abc = class.abc and client.xyz = class.xyz
group by class.abc, class.xyz;
comment on view mart.abc_xyz_matrix is 'Clients, deals and turnover by both classes. Grain: abc, xyz; all nine rows, also empty ones.';

create table mart.client_completeness (
    circle  text   not null check (circle in ('all', 'contacted', 'bought', 'regular')),
    source  text   not null,
    manager text   not null,
    field   text   not null,
    clients bigint not null,
    filled  bigint not null check (filled between 0 and clients),
    primary key (circle, source, manager, field)
);
comment on table mart.client_completeness is
    'How many clients of a circle have what the policy asks for. Grain: circle, source, manager, field. A client is in each circle that holds them.';
comment on column mart.client_completeness.field is 'A required field, or (all): every one that the circle requires.';

create table mart.client_build (
    build             boolean primary key default true check (build),
    built_at          timestamptz    not null,
    day               date           not null,
    lost_after_months integer        not null,
    new_for_months    integer        not null,
    first_month       date           not null,
    months_per_period integer        not null,
    periods           integer        not null,
    abc               numeric[]      not null,
    xyz               numeric[]      not null,
    clients           bigint         not null,
    buyers            bigint         not null,
    deals_won         bigint         not null,
    revenue           numeric(20, 4) not null,
    deals_of_nobody   bigint         not null
);
comment on table mart.client_build is
    'What the tables of clients over time were built with, and the sums of core at that moment, counted apart from them. Grain: one row.';
comment on column mart.client_build.deals_of_nobody is 'Won deals whose client is not known: in none of these tables.';

create function mart.client_segment_on(on_day date)
returns table (client_id uuid, segment text, since_day date)
language sql stable
begin atomic
    select distinct on (span.client_id)
        span.client_id,
        case
            when on_day >= span.lost_on then 'lost'
            when on_day >= span.settled_on then 'regular'
            when span.span = 1 then 'new'
            else 'restored'
        end,
        case when on_day >= span.lost_on then span.lost_on when on_day >= span.settled_on then span.settled_on else span.started_on end
    from mart.client_span as span
    where span.started_on <= on_day
    order by span.client_id, span.span desc;
end;
comment on function mart.client_segment_on is
    'The segment of each client who had bought by the end of a day, as today''s data tell it, and since when. For a day after the build: if nothing more is bought.';

create function mart.abc_xyz(first_month date, months_per_period integer, periods integer, abc numeric[], xyz numeric[])
returns table (client_id uuid, deals_won integer, revenue numeric, share numeric, abc_class text, variation numeric, xyz_class text)
language sql stable
begin atomic
    with turnover as (
        select bought.client_id, sum(bought.deals_won) as deals_won, sum(bought.revenue) as revenue
        from mart.client_revenue_month as bought
        where bought.month >= $1 and bought.month < $1 + make_interval(months => $2 * $3)
        group by
            bought.client_id,
            div((extract(year from bought.month) - extract(year from $1)) * 12 + extract(month from bought.month) - extract(month from $1), $2)
    ),

    client as (
        select turnover.client_id, sum(turnover.deals_won) as deals_won, sum(turnover.revenue) as revenue,
               sum(turnover.revenue * turnover.revenue) as squares
        from turnover
        group by turnover.client_id
    ),

    -- Equal turnovers stand on one row: neither client is larger than the other, so both are of one class, whatever their order.
    height as (
        select client.revenue, sum(greatest(client.revenue, 0)) as together
        from client
        group by client.revenue
    ),

    ranked as (
        select height.revenue, sum(height.together) over () as total,
               coalesce(sum(height.together) over (order by height.revenue desc rows between unbounded preceding and 1 preceding), 0) as larger
        from height
    ),

    -- n * sum of squares - square of sum, by the square of the sum: the coefficient's square, without a root that rounds.
    spread as (
        select client.client_id, client.deals_won, client.revenue, ranked.total, ranked.larger,
               $3 * client.squares - client.revenue * client.revenue as deviation
        from client
        inner join ranked on ranked.revenue = client.revenue
    )

    select
        spread.client_id,
        cast(spread.deals_won as integer),
        spread.revenue,
        round(spread.revenue / nullif(spread.total, 0), 6),
        case
            when spread.revenue > 0 and spread.larger < $4[1] * spread.total then 'A'
            when spread.revenue > 0 and spread.larger < $4[2] * spread.total then 'B'
            else 'C'
        end,
        case when spread.revenue > 0 then round(sqrt(spread.deviation) / spread.revenue, 6) end,
        case
            when spread.revenue > 0 and spread.deviation <= power($5[1] * spread.revenue, 2) then 'X'
            when spread.revenue > 0 and spread.deviation <= power($5[2] * spread.revenue, 2) then 'Y'
            else 'Z'
        end
    from spread;
end;
comment on function mart.abc_xyz is
    'ABC and XYZ of any months: the first one, months per period, number of periods, edges of ABC and of XYZ as shares, such as array[0.5, 0.8], array[0.1, 0.25].';

create function mart.circles_of(depth integer) returns text[] language sql immutable
return (array['all', 'contacted', 'bought', 'regular'])[1:depth];
comment on function mart.circles_of is 'The circles around a client, from the widest to the one numbered.';

create function mart.fields_of(filled_bits integer) returns text[] language sql immutable
return array_remove(array[
    case when filled_bits & 1 > 0 then 'name' end,
    case when filled_bits & 2 > 0 then 'given' end,
    case when filled_bits & 4 > 0 then 'surname' end,
    case when filled_bits & 8 > 0 then 'phone' end,
    case when filled_bits & 16 > 0 then 'email' end,
    case when filled_bits & 32 > 0 then 'handle' end,
    case when filled_bits & 56 > 0 then 'contact' end,
    case when filled_bits & 64 > 0 then 'company' end,
    case when filled_bits & 128 > 0 then 'tax_id' end,
    case when filled_bits & 256 > 0 then 'city' end
], null);
comment on function mart.fields_of is 'The fields that a number stands for; contact is a phone, an e-mail or a messenger.';

create view mart.client_profile as
select
    profile.client_id,
    profile.depth,
    mart.circles_of(profile.depth) as circles,
    profile.source,
    profile.manager,
    profile.filled_bits,
    mart.fields_of(profile.filled_bits) as filled
from (
    select
        client.client_id,
        case
            when buyer.won_days > 1 then 4
            when buyer.client_id is not null then 3
            when enquirer.client_id is not null or dealt.client_id is not null then 2
            else 1
        end as depth,
        coalesce(touchpoint.source, known.source, '') as source,
        coalesce(dealt.manager, '(no manager)') as manager,
        cast(client.name <> '' as integer) + 2 * cast(client.given <> '' as integer) + 4 * cast(client.surname <> '' as integer)
        + 8 * cast(client.phones <> '{}' as integer) + 16 * cast(client.emails <> '{}' as integer)
        + 32 * cast(client.handles <> '{}' as integer) + 64 * cast(client.company <> '' as integer)
        + 128 * cast(client.tax_id <> '' as integer) + 256 * cast(client.city <> '' as integer) as filled_bits
    from core.client
    left join mart.client as enquirer on enquirer.client_id = client.client_id
    left join mart.touchpoint on touchpoint.lead_id = enquirer.first_touch_lead_id
    left join mart.client_segment as buyer on buyer.client_id = client.client_id
    left join (
        select coalesce(client_alias.living_id, deal.client_id) as client_id,
               (array_agg(deal.manager order by deal.opened_at desc, deal.deal_id desc) filter (where deal.manager <> ''))[1] as manager
        from core.deal
        left join core.client_alias on client_alias.client_id = deal.client_id
        where deal.client_id is not null
        group by coalesce(client_alias.living_id, deal.client_id)
    ) as dealt on dealt.client_id = client.client_id
    left join (
        select distinct on (membership.client_id) membership.client_id, lead.source
        from core.membership
        inner join core.lead on lead.lead_id = membership.lead_id
        where membership.to_decision is null and not exists (select from mart.client as other where other.client_id = membership.client_id)
        order by membership.client_id, lead.received_at, lead.lead_id
    ) as known on known.client_id = client.client_id
    where client.state = 'live'
) as profile;
comment on view mart.client_profile is
    'The circles that each living client is in and which fields are filled in, never what with. Grain: client.';
comment on column mart.client_profile.source is 'The source of the first enquiry; where there is none, of the CRM''s first record.';
comment on column mart.client_profile.manager is 'Of the latest deal that names one.';

grant select, insert, update, delete, truncate on mart.client_span, mart.client_revenue_month, mart.client_segment,
    mart.client_segment_month, mart.client_abc_xyz, mart.client_completeness, mart.client_build, mart.abc_xyz_matrix,
    mart.client_profile to leadfold_resolver;
grant select on mart.client_span, mart.client_revenue_month, mart.client_segment, mart.client_segment_month, mart.client_abc_xyz,
    mart.client_completeness, mart.client_build, mart.abc_xyz_matrix, mart.client_profile to leadfold_marketing;
