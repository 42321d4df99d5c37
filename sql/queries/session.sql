-- What a transaction may do and how it reads the clock, to be taken over by another one.

-- name: settings
select current_setting('role') as role, current_setting('timezone') as zone;

-- name: take_settings
select set_config('role', :role, true), set_config('timezone', :zone, true);
