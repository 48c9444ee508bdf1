/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_SCHEMA_H
#define SBX_STORE_SCHEMA_H

/* The tables. Ids are computed from the key, the time of creation and `ahead` (ulid.h). Instants
 * are microseconds since the epoch, booleans 0 or 1. `named` is 0 where a name is null: lists are
 * sorted by name, so the column itself is never null. `plan` holds what stored_schedule.h writes,
 * `ab_test` what the API shows, `winner` the key of a variation, `rate` its result, if that was
 * seeded; `results` the seeded rates of the owner: a campaign, message or variation, whose keys
 * differ. A template that is `copied` belongs to a message, and is in no list.
 */
#define SBX_SCHEMA                                                                                 \
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"                               \
    "CREATE TABLE campaigns ("                                                                     \
    " pk INTEGER PRIMARY KEY, ahead INTEGER NOT NULL,"                                             \
    " named INTEGER NOT NULL, name TEXT NOT NULL, builder TEXT NOT NULL,"                          \
    " archived INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,"                              \
    " color TEXT, description TEXT,"                                                               \
    " send_timezone TEXT, send_strategy TEXT, send_passed INTEGER, throttle_percentage INTEGER,"   \
    " exit_enabled INTEGER, exit_metric TEXT,"                                                     \
    " created INTEGER NOT NULL, updated INTEGER NOT NULL);"                                        \
    "CREATE INDEX campaigns_updated ON campaigns (updated);"                                       \
    "CREATE INDEX campaigns_created ON campaigns (created);"                                       \
    "CREATE INDEX campaigns_name ON campaigns (name);"                                             \
    "CREATE INDEX campaigns_archived ON campaigns (archived);"                                     \
    "CREATE INDEX campaigns_archived_updated ON campaigns (archived, updated);"                    \
    "CREATE INDEX campaigns_archived_created ON campaigns (archived, created);"                    \
    "CREATE INDEX campaigns_archived_name ON campaigns (archived, name);"                          \
    "CREATE TABLE audiences ("                                                                     \
    " pk INTEGER PRIMARY KEY, ahead INTEGER NOT NULL,"                                             \
    " campaign INTEGER NOT NULL REFERENCES campaigns ON DELETE CASCADE,"                           \
    " name TEXT, priority INTEGER, included TEXT, excluded TEXT,"                                  \
    " archived INTEGER NOT NULL DEFAULT 0,"                                                        \
    " created INTEGER NOT NULL, updated INTEGER NOT NULL);"                                        \
    "CREATE INDEX audiences_campaign ON audiences (campaign);"                                     \
    "CREATE TABLE messages ("                                                                      \
    " pk INTEGER PRIMARY KEY, ahead INTEGER NOT NULL,"                                             \
    " campaign INTEGER NOT NULL REFERENCES campaigns ON DELETE CASCADE,"                           \
    " audience INTEGER NOT NULL REFERENCES audiences ON DELETE CASCADE,"                           \
    " named INTEGER NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,"                           \
    " track_opens INTEGER, track_clicks INTEGER, add_utm INTEGER,"                                 \
    " throttling TEXT, ignoring INTEGER, recipients INTEGER, tracking_params TEXT,"                \
    " strategy TEXT, send_time INTEGER, send_date TEXT, percentage INTEGER, unit TEXT,"            \
    " past_tomorrow INTEGER,"                                                                      \
    " ab_test TEXT, winner INTEGER,"                                                               \
    " plan TEXT, next_event INTEGER, stopped INTEGER,"                                             \
    " archived INTEGER NOT NULL DEFAULT 0,"                                                        \
    " created INTEGER NOT NULL, updated INTEGER NOT NULL);"                                        \
    "CREATE INDEX messages_campaign ON messages (campaign);"                                       \
    "CREATE INDEX messages_audience ON messages (audience);"                                       \
    "CREATE INDEX messages_status ON messages (status);"                                           \
    "CREATE INDEX messages_status_updated ON messages (status, updated);"                          \
    "CREATE INDEX messages_status_created ON messages (status, created);"                          \
    "CREATE INDEX messages_status_name ON messages (status, name);"                                \
    "CREATE INDEX messages_updated ON messages (updated);"                                         \
    "CREATE INDEX messages_created ON messages (created);"                                         \
    "CREATE INDEX messages_name ON messages (name);"                                               \
    "CREATE INDEX messages_due ON messages (next_event) WHERE next_event IS NOT NULL;"             \
    "CREATE TABLE variations ("                                                                    \
    " pk INTEGER PRIMARY KEY, ahead INTEGER NOT NULL,"                                             \
    " message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,"                             \
    " name TEXT, details TEXT, image TEXT, translation TEXT, rate REAL,"                           \
    " created INTEGER NOT NULL, updated INTEGER NOT NULL);"                                        \
    "CREATE INDEX variations_message ON variations (message);"                                     \
    "CREATE TABLE results (owner INTEGER PRIMARY KEY, rates TEXT NOT NULL);"                       \
    "CREATE TABLE estimations ("                                                                   \
    " campaign INTEGER PRIMARY KEY REFERENCES campaigns ON DELETE CASCADE,"                        \
    " status TEXT NOT NULL, pending INTEGER NOT NULL, count INTEGER);"                             \
    "CREATE TABLE lists (pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"     \
    " segment INTEGER NOT NULL, active INTEGER NOT NULL, starred INTEGER NOT NULL,"                \
    " size INTEGER NOT NULL, zones TEXT, consented INTEGER NOT NULL,"                              \
    " created INTEGER NOT NULL, updated INTEGER NOT NULL);"                                        \
    "CREATE TABLE templates (pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"                     \
    " name TEXT NOT NULL, editor TEXT NOT NULL, html TEXT, text TEXT,"                             \
    " copied INTEGER NOT NULL DEFAULT 0,"                                                          \
    " created INTEGER NOT NULL, updated INTEGER NOT NULL);"                                        \
    "CREATE TABLE metrics (pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"   \
    " integration TEXT, category TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL);"       \
    "CREATE TABLE tags (pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL);"     \
    "CREATE TABLE campaign_tags ("                                                                 \
    " campaign INTEGER NOT NULL REFERENCES campaigns ON DELETE CASCADE,"                           \
    " tag TEXT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,"                                   \
    " PRIMARY KEY (campaign, tag)) WITHOUT ROWID;"                                                 \
    "CREATE TABLE message_tags ("                                                                  \
    " message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,"                             \
    " tag TEXT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,"                                   \
    " PRIMARY KEY (message, tag)) WITHOUT ROWID;"                                                  \
    "CREATE TABLE images (id TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL,"             \
    " format TEXT NOT NULL, size INTEGER NOT NULL, hidden INTEGER NOT NULL,"                       \
    " updated INTEGER NOT NULL) WITHOUT ROWID;"                                                    \
    "CREATE TABLE translations (id TEXT PRIMARY KEY, source_locale TEXT NOT NULL,"                 \
    " target_locales TEXT NOT NULL, fallback_locale TEXT, channel TEXT NOT NULL, metadata TEXT,"   \
    " created INTEGER, updated INTEGER) WITHOUT ROWID;"

#endif
