#!/bin/sh
# The shop of this example in a sandbox: its lists, template and metric, which an account has of its own.
set -eu

describe() {
    klaviyo --sandbox request --yes POST "/_sandbox/$1" --data "$2" >/dev/null
}

describe lists '{ "id": "VIP", "name": "VIP customers", "size": 1200, "zones": { "America/New_York": 1 } }'
describe lists '{ "id": "NEWS_US", "name": "Newsletter US", "size": 40000, "zones": { "America/New_York": 1 } }'
describe lists '{ "id": "PHONE_US", "name": "Phones US", "size": 9000, "zones": { "America/New_York": 1 } }'
describe lists '{ "id": "NEWS_EU", "name": "Newsletter EU", "size": 25000, "zones": { "Europe/Berlin": 1 } }'
describe lists '{ "id": "PHONE_EU", "name": "Phones EU", "size": 6000, "zones": { "Europe/Berlin": 1 } }'
describe lists '{ "id": "STAFF", "name": "Employees", "size": 40 }'
describe templates '{ "name": "Black Friday", "html": "<h1>Black Friday</h1>{% unsubscribe %}" }'
describe metrics '{ "name": "Placed Order" }'
