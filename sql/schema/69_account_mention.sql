-- What each client said of its company when accounts were made, so that those who say the same are not read from their leads again.

create table core.account_mention (
    client_id uuid  primary key,
    told      jsonb not null
);
comment on table core.account_mention is 'The company that a living client names, out of its leads. Rebuilt with the accounts.';
comment on column core.account_mention.told is
    'A list of names (each as typed, folded, and the code of its legal form), of tax numbers, of mail domains and of cities.';
