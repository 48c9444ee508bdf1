/* SPDX-License-Identifier: MIT */
#ifndef SBX_STORE_STATEMENTS_H
#define SBX_STORE_STATEMENTS_H

/* All statements with a fixed text. X(name, sql). */

/* The columns of a resource, in the order of the enums below; the serialiser reads rows of these.
 */
#define SBX_CAMPAIGN_COLUMNS                                                                       \
    "campaigns.pk, ulid(campaigns.pk, campaigns.created, campaigns.ahead), campaigns.named, "      \
    "campaigns.name, campaigns.builder, campaigns.archived, campaigns.color, "                     \
    "campaigns.description, campaigns.send_timezone, campaigns.send_strategy, "                    \
    "campaigns.send_passed, campaigns.throttle_percentage, campaigns.exit_enabled, "               \
    "campaigns.exit_metric, campaigns.created, campaigns.updated, campaigns.deleted"
enum {
    SBX_C_PK,
    SBX_C_ID,
    SBX_C_NAMED,
    SBX_C_NAME,
    SBX_C_BUILDER,
    SBX_C_ARCHIVED,
    SBX_C_COLOR,
    SBX_C_DESCRIPTION,
    SBX_C_TIMEZONE,
    SBX_C_STRATEGY,
    SBX_C_PASSED,
    SBX_C_PERCENTAGE,
    SBX_C_EXIT_ENABLED,
    SBX_C_EXIT_METRIC,
    SBX_C_CREATED,
    SBX_C_UPDATED,
    SBX_C_DELETED
};

/* CANCELLED counts as a draft: the guide says that an audience may be changed again once its
 * messages are cancelled. */
#define SBX_NON_DRAFT "status IN ('SCHEDULED', 'SENDING', 'SENT')"

#define SBX_AUDIENCE_COLUMNS                                                                       \
    "audiences.pk, ulid(audiences.pk, audiences.created, audiences.ahead), "                       \
    "audiences.campaign, (SELECT ulid(pk, created, ahead) FROM campaigns WHERE pk = "              \
    "audiences.campaign), audiences.name, audiences.priority, audiences.included, "                \
    "audiences.excluded, audiences.archived, EXISTS(SELECT 1 FROM messages WHERE audience = "      \
    "audiences.pk AND " SBX_NON_DRAFT "), audiences.created, audiences.updated"
enum {
    SBX_A_PK,
    SBX_A_ID,
    SBX_A_CAMPAIGN,
    SBX_A_CAMPAIGN_ID,
    SBX_A_NAME,
    SBX_A_PRIORITY,
    SBX_A_INCLUDED,
    SBX_A_EXCLUDED,
    SBX_A_ARCHIVED,
    SBX_A_NON_DRAFT,
    SBX_A_CREATED,
    SBX_A_UPDATED
};

#define SBX_MESSAGE_COLUMNS                                                                        \
    "messages.pk, ulid(messages.pk, messages.created, messages.ahead), messages.campaign, "        \
    "(SELECT ulid(pk, created, ahead) FROM campaigns WHERE pk = messages.campaign), "              \
    "messages.audience, (SELECT ulid(pk, created, ahead) FROM audiences WHERE pk = "               \
    "messages.audience), messages.named, messages.name, messages.status, "                         \
    "messages.track_opens, messages.track_clicks, messages.add_utm, messages.throttling, "         \
    "messages.ignoring, messages.recipients, messages.tracking_params, messages.strategy, "        \
    "messages.send_time, messages.send_date, messages.percentage, messages.unit, "                 \
    "messages.past_tomorrow, messages.next_event, messages.archived, messages.created, "           \
    "messages.updated, messages.ab_test, messages.winner"
enum {
    SBX_M_PK,
    SBX_M_ID,
    SBX_M_CAMPAIGN,
    SBX_M_CAMPAIGN_ID,
    SBX_M_AUDIENCE,
    SBX_M_AUDIENCE_ID,
    SBX_M_NAMED,
    SBX_M_NAME,
    SBX_M_STATUS,
    SBX_M_TRACK_OPENS,
    SBX_M_TRACK_CLICKS,
    SBX_M_ADD_UTM,
    SBX_M_THROTTLING,
    SBX_M_IGNORING,
    SBX_M_RECIPIENTS,
    SBX_M_TRACKING_PARAMS,
    SBX_M_STRATEGY,
    SBX_M_SEND_TIME,
    SBX_M_SEND_DATE,
    SBX_M_PERCENTAGE,
    SBX_M_UNIT,
    SBX_M_PAST_TOMORROW,
    SBX_M_NEXT_EVENT,
    SBX_M_ARCHIVED,
    SBX_M_CREATED,
    SBX_M_UPDATED,
    SBX_M_AB_TEST,
    SBX_M_WINNER,
    SBX_M_PLAN, /* of MESSAGES_PLANNED */
    SBX_M_STOPPED
};

#define SBX_VARIATION_COLUMNS                                                                      \
    "variations.pk, ulid(variations.pk, variations.created, variations.ahead), "                   \
    "variations.message, (SELECT ulid(pk, created, ahead) FROM messages WHERE pk = "               \
    "variations.message), variations.name, variations.details, variations.image, "                 \
    "variations.translation, variations.created, variations.updated"
enum {
    SBX_V_PK,
    SBX_V_ID,
    SBX_V_MESSAGE,
    SBX_V_MESSAGE_ID,
    SBX_V_NAME,
    SBX_V_DETAILS,
    SBX_V_IMAGE,
    SBX_V_TRANSLATION,
    SBX_V_CREATED,
    SBX_V_UPDATED
};

/* The resources beside campaigns, which have a name and an id given from outside. */
#define SBX_TAG_COLUMNS "tags.pk, tags.id, tags.name"
#define SBX_LIST_COLUMNS                                                                           \
    "lists.pk, lists.id, lists.name, lists.created, lists.updated, lists.active, lists.starred, "  \
    "lists.size"
#define SBX_TEMPLATE_COLUMNS                                                                       \
    "templates.pk, templates.id, templates.name, templates.created, templates.updated, "           \
    "templates.editor, templates.html, templates.text"
#define SBX_METRIC_COLUMNS                                                                         \
    "metrics.pk, metrics.id, metrics.name, metrics.created, metrics.updated, "                     \
    "metrics.integration, metrics.category"
enum {
    SBX_N_PK,
    SBX_N_ID,
    SBX_N_NAME,
    SBX_N_CREATED,
    SBX_N_UPDATED,
    SBX_N_ACTIVE = 5, /* of a segment */
    SBX_N_STARRED,
    SBX_N_SIZE,
    SBX_N_EDITOR = 5, /* of a template */
    SBX_N_HTML,
    SBX_N_TEXT,
    SBX_N_INTEGRATION = 5, /* of a metric */
    SBX_N_CATEGORY
};

/* The columns of ACCOUNT. */
enum {
    SBX_ACCOUNT_ID,
    SBX_ACCOUNT_ORGANIZATION,
    SBX_ACCOUNT_SENDER_NAME,
    SBX_ACCOUNT_SENDER_EMAIL,
    SBX_ACCOUNT_WEBSITE,
    SBX_ACCOUNT_TIMEZONE,
    SBX_ACCOUNT_CURRENCY
};

#define SBX_STATEMENTS(X)                                                                          \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(META_GET, "SELECT value FROM meta WHERE key = ?")                                            \
    X(META_SET, "INSERT OR REPLACE INTO meta VALUES (?, ?)")                                       \
    X(NEWEST_KEY,                                                                                  \
      "SELECT max(pk), max(created / 1000 + ahead) FROM ("                                         \
      "SELECT * FROM (SELECT pk, created, ahead FROM campaigns ORDER BY pk DESC LIMIT 1) "         \
      "UNION ALL "                                                                                 \
      "SELECT * FROM (SELECT pk, created, ahead FROM audiences ORDER BY pk DESC LIMIT 1) "         \
      "UNION ALL "                                                                                 \
      "SELECT * FROM (SELECT pk, created, ahead FROM messages ORDER BY pk DESC LIMIT 1) "          \
      "UNION ALL "                                                                                 \
      "SELECT * FROM (SELECT pk, created, ahead FROM variations ORDER BY pk DESC LIMIT 1))")       \
                                                                                                   \
    X(CAMPAIGN_BY_PK, "SELECT " SBX_CAMPAIGN_COLUMNS " FROM campaigns WHERE pk = ?")               \
    X(CAMPAIGNS_NEWEST,                                                                            \
      "SELECT " SBX_CAMPAIGN_COLUMNS " FROM campaigns ORDER BY updated DESC, pk DESC LIMIT 50")    \
    X(CAMPAIGN_INSERT,                                                                             \
      "INSERT INTO campaigns (pk, ahead, named, name, builder, archived, color, description, "     \
      "send_timezone, send_strategy, send_passed, throttle_percentage, exit_enabled, "             \
      "exit_metric, created, updated) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")                   \
    X(CAMPAIGN_COPY,                                                                               \
      "INSERT INTO campaigns (pk, ahead, named, name, builder, archived, color, description, "     \
      "send_timezone, send_strategy, send_passed, throttle_percentage, exit_enabled, "             \
      "exit_metric, created, updated) SELECT ?, ?, 1, ?, builder, 0, color, description, "         \
      "send_timezone, send_strategy, send_passed, throttle_percentage, exit_enabled, "             \
      "exit_metric, ?, ? FROM campaigns WHERE pk = ?")                                             \
    X(CAMPAIGN_ARCHIVE,                                                                            \
      "UPDATE campaigns SET archived = ?, deleted = ?, updated = ? WHERE pk = ?")                  \
    X(CAMPAIGN_NON_DRAFT,                                                                          \
      "SELECT EXISTS(SELECT 1 FROM messages WHERE campaign = ? AND " SBX_NON_DRAFT ")")            \
    X(CAMPAIGN_AUDIENCE_IDS,                                                                       \
      "SELECT pk, created, ahead FROM audiences WHERE campaign = ? ORDER BY pk")                   \
    X(CAMPAIGN_MESSAGE_IDS,                                                                        \
      "SELECT pk, created, ahead FROM messages WHERE campaign = ? ORDER BY pk")                    \
    X(CAMPAIGN_VARIATION_IDS,                                                                      \
      "SELECT v.pk, v.created, v.ahead FROM messages AS m "                                        \
      "JOIN variations AS v ON v.message = m.pk WHERE m.campaign = ? ORDER BY v.pk")               \
    X(CAMPAIGN_TAG_IDS,                                                                            \
      "SELECT tag AS pk, tag FROM campaign_tags WHERE campaign = ? ORDER BY tag")                  \
    X(CAMPAIGN_AUDIENCES,                                                                          \
      "SELECT " SBX_AUDIENCE_COLUMNS " FROM audiences WHERE campaign = ? ORDER BY pk")             \
    X(CAMPAIGN_MESSAGES,                                                                           \
      "SELECT " SBX_MESSAGE_COLUMNS " FROM messages WHERE campaign = ? ORDER BY pk")               \
    X(CAMPAIGN_VARIATIONS,                                                                         \
      "SELECT " SBX_VARIATION_COLUMNS " FROM messages JOIN variations ON "                         \
      "variations.message = messages.pk WHERE messages.campaign = ? ORDER BY variations.pk")       \
    X(CAMPAIGN_TAGS, "SELECT " SBX_TAG_COLUMNS " FROM campaign_tags JOIN tags ON "                 \
                     "tags.id = campaign_tags.tag WHERE campaign = ? ORDER BY tags.id")            \
    X(CAMPAIGN_TAG_ADD, "INSERT OR IGNORE INTO campaign_tags VALUES (?, ?)")                       \
    X(CAMPAIGN_TAGS_COPY, "INSERT INTO campaign_tags SELECT ?, tag FROM campaign_tags "            \
                          "WHERE campaign = ?")                                                    \
    X(CAMPAIGN_ARCHIVE_AUDIENCES,                                                                  \
      "UPDATE audiences SET archived = ?, updated = ? WHERE campaign = ?")                         \
    X(CAMPAIGN_ARCHIVE_MESSAGES,                                                                   \
      "UPDATE messages SET archived = ?, updated = ? WHERE campaign = ?")                          \
    X(CAMPAIGN_CANCEL_MESSAGES,                                                                    \
      "UPDATE messages SET status = 'CANCELLED', next_event = NULL, stopped = ? "                  \
      "WHERE campaign = ? AND status IN ('SCHEDULED', 'SENDING')")                                 \
                                                                                                   \
    X(AUDIENCE_BY_PK, "SELECT " SBX_AUDIENCE_COLUMNS " FROM audiences WHERE pk = ?")               \
    X(AUDIENCE_INSERT, "INSERT INTO audiences (pk, ahead, campaign, name, priority, included, "    \
                       "excluded, created, updated) VALUES (?,?,?,?,?,?,?,?,?)")                   \
    X(AUDIENCE_COPY,                                                                               \
      "INSERT INTO audiences (pk, ahead, campaign, name, priority, included, excluded, created, "  \
      "updated) SELECT ?, ?, ?, coalesce(?, name), coalesce(?, priority), included, excluded, ?, " \
      "? "                                                                                         \
      "FROM audiences WHERE pk = ?")                                                               \
    X(AUDIENCE_COUNT, "SELECT count(*) FROM audiences WHERE campaign = ?")                         \
    X(AUDIENCE_NEXT_PRIORITY,                                                                      \
      "SELECT coalesce(max(priority) + 1, 0) FROM audiences WHERE campaign = ?")                   \
    X(AUDIENCE_DELETE, "DELETE FROM audiences WHERE pk = ?")                                       \
    X(AUDIENCE_MESSAGE_IDS,                                                                        \
      "SELECT pk, created, ahead FROM messages WHERE audience = ? ORDER BY pk")                    \
    X(AUDIENCE_MESSAGES,                                                                           \
      "SELECT " SBX_MESSAGE_COLUMNS " FROM messages WHERE audience = ? ORDER BY pk")               \
                                                                                                   \
    X(MESSAGE_BY_PK, "SELECT " SBX_MESSAGE_COLUMNS " FROM messages WHERE pk = ?")                  \
    X(MESSAGE_INSERT,                                                                              \
      "INSERT INTO messages (pk, ahead, campaign, audience, named, name, status, track_opens, "    \
      "track_clicks, add_utm, throttling, ignoring, recipients, ab_test, created, updated, "       \
      "tracking_params) VALUES (?,?,?,?,?,?,'DRAFT',?,?,?,?,?,?,?,?,?, "                           \
      "coalesce(?, (SELECT value FROM meta WHERE key = 'tracking_params')))")                      \
    X(MESSAGE_COPY,                                                                                \
      "INSERT INTO messages (pk, ahead, campaign, audience, named, name, status, track_opens, "    \
      "track_clicks, add_utm, throttling, ignoring, recipients, tracking_params, ab_test, "        \
      "created, "                                                                                  \
      "updated) SELECT ?, ?, ?, ?, CASE WHEN ? THEN 1 ELSE named END, coalesce(?, name), "         \
      "'DRAFT', "                                                                                  \
      "track_opens, track_clicks, add_utm, throttling, ignoring, recipients, tracking_params, "    \
      "ab_test, ?, ? FROM messages WHERE pk = ?")                                                  \
    X(MESSAGE_DELETE, "DELETE FROM messages WHERE pk = ?")                                         \
    X(MESSAGE_VARIATION_IDS,                                                                       \
      "SELECT pk, created, ahead FROM variations WHERE message = ? ORDER BY pk")                   \
    X(MESSAGE_VARIATIONS,                                                                          \
      "SELECT " SBX_VARIATION_COLUMNS " FROM variations WHERE message = ? ORDER BY pk")            \
    X(MESSAGE_TAGS, "SELECT " SBX_TAG_COLUMNS " FROM message_tags JOIN tags ON "                   \
                    "tags.id = message_tags.tag WHERE message = ? ORDER BY tags.id")               \
    X(MESSAGE_TAG_ADD, "INSERT OR IGNORE INTO message_tags VALUES (?, ?)")                         \
    X(MESSAGE_TAGS_COPY, "INSERT INTO message_tags SELECT ?, tag FROM message_tags "               \
                         "WHERE message = ?")                                                      \
    X(MESSAGE_SCHEDULE,                                                                            \
      "UPDATE messages SET status = 'SCHEDULED', strategy = ?, send_time = ?, send_date = ?, "     \
      "percentage = ?, unit = ?, past_tomorrow = ?, plan = ?, next_event = ?, stopped = NULL, "    \
      "winner = NULL, updated = ? WHERE pk = ?")                                                   \
    X(MESSAGE_REVERT,                                                                              \
      "UPDATE messages SET status = 'DRAFT', strategy = NULL, send_time = NULL, "                  \
      "send_date = NULL, percentage = NULL, unit = NULL, past_tomorrow = NULL, plan = NULL, "      \
      "next_event = NULL, updated = ? WHERE pk = ?")                                               \
    X(MESSAGE_CANCEL, "UPDATE messages SET status = 'CANCELLED', next_event = NULL, "              \
                      "stopped = ?, updated = ? WHERE pk = ?")                                     \
    X(MESSAGE_PROGRESS,                                                                            \
      "UPDATE messages SET status = ?, next_event = ?, updated = ? WHERE pk = ?")                  \
    X(MESSAGE_DUE, "SELECT pk, plan, next_event FROM messages "                                    \
                   "WHERE next_event <= ? ORDER BY next_event LIMIT 1")                            \
    X(MESSAGE_NEXT_EVENT, "SELECT min(next_event) FROM messages WHERE next_event IS NOT NULL")     \
    X(MESSAGE_SEND_SCHEDULE,                                                                       \
      "SELECT plan, stopped, status, name, strategy, ab_test, winner, pk FROM messages "           \
      "WHERE pk = ?")                                                                              \
    X(MESSAGE_WINNER, "UPDATE messages SET winner = ? WHERE pk = ?")                               \
    X(MESSAGE_TRACKING, "UPDATE messages SET tracking_params = ? WHERE pk = ?")                    \
    X(MESSAGES_TRACKING, "UPDATE messages SET tracking_params = ?")                                \
                                                                                                   \
    X(VARIATION_BY_PK, "SELECT " SBX_VARIATION_COLUMNS " FROM variations WHERE pk = ?")            \
    X(VARIATION_INSERT,                                                                            \
      "INSERT INTO variations (pk, ahead, message, name, details, image, created, updated) "       \
      "VALUES (?,?,?,?,?,?,?,?)")                                                                  \
    X(VARIATION_COPY,                                                                              \
      "INSERT INTO variations (pk, ahead, message, name, details, image, created, updated) "       \
      "SELECT ?, ?, ?, name, details, image, ?, ? FROM variations WHERE pk = ?")                   \
    X(VARIATIONS_REWORD,                                                                           \
      "UPDATE variations SET details = replace(replace(details, '\"subject\":\"', "                \
      "'\"subject\":\"Another '), '\"body\":\"', '\"body\":\"Another ') "                          \
      "WHERE (instr(details, '\"subject\":\"') OR instr(details, '\"body\":\"')) AND (pk = ?1 OR " \
      "message IN (SELECT pk FROM messages WHERE pk = ?1 OR audience = ?1 OR campaign = ?1))")     \
    X(AUDIENCE_RETARGET, "UPDATE audiences SET included = '[\"ANOTHER\"]' WHERE pk = ?")           \
    X(MESSAGE_RETRACK, "UPDATE messages SET track_opens = NOT track_opens WHERE pk = ?")           \
    X(CAMPAIGN_REWORD, "UPDATE campaigns SET description = 'Another' WHERE pk = ?")                \
    X(VARIATION_DELETE, "DELETE FROM variations WHERE pk = ?")                                     \
    X(VARIATION_COUNT, "SELECT count(*) FROM variations WHERE message = ?")                        \
    X(VARIATIONS_SENDABLE,                                                                         \
      "SELECT pk, ulid(pk, created, ahead), name, rate FROM variations WHERE message = ? "         \
      "AND details IS NOT NULL ORDER BY pk")                                                       \
    X(VARIATIONS_SENDABLE_COUNT,                                                                   \
      "SELECT count(*) FROM variations WHERE message = ? AND details IS NOT NULL")                 \
    X(VARIATION_RATE, "UPDATE variations SET rate = ? WHERE pk = ?")                               \
    X(VARIATION_RESULTS,                                                                           \
      "SELECT v.pk, ulid(v.pk, v.created, v.ahead), v.name, v.rate, v.details, "                   \
      "json_patch(json_patch(coalesce((SELECT rates FROM results WHERE owner = m.campaign), "      \
      "'{}'), coalesce((SELECT rates FROM results WHERE owner = m.pk), '{}')), "                   \
      "coalesce((SELECT rates FROM results WHERE owner = v.pk), '{}')) FROM variations AS v "      \
      "JOIN messages AS m ON m.pk = v.message WHERE v.message = ? AND v.details IS NOT NULL "      \
      "ORDER BY v.pk")                                                                             \
    X(RESULTS_SET, "INSERT INTO results VALUES (?1, ?2) ON CONFLICT (owner) DO UPDATE SET "        \
                   "rates = json_patch(rates, ?2)")                                                \
    X(MESSAGES_PLANNED,                                                                            \
      "SELECT " SBX_MESSAGE_COLUMNS ", messages.plan, messages.stopped FROM messages "             \
      "WHERE plan IS NOT NULL AND pk > ? ORDER BY pk")                                             \
    X(MESSAGE_ALL_TAGS,                                                                            \
      "SELECT " SBX_TAG_COLUMNS " FROM tags WHERE id IN (SELECT tag FROM campaign_tags "           \
      "WHERE campaign = ? UNION SELECT tag FROM message_tags WHERE message = ?) ORDER BY id")      \
    X(METRIC_GET, "SELECT " SBX_METRIC_COLUMNS " FROM metrics WHERE id = ?")                       \
    X(VARIATION_DETAILS, "UPDATE variations SET details = ?, updated = ? WHERE pk = ?")            \
                                                                                                   \
    X(ESTIMATION,                                                                                  \
      "SELECT ulid(pk, created, ahead), status, count FROM estimations JOIN campaigns ON "         \
      "pk = campaign WHERE campaign = ?")                                                          \
    X(ESTIMATION_ASK,                                                                              \
      "INSERT INTO estimations (campaign, status, pending) VALUES (?1, 'queued', ?2) "             \
      "ON CONFLICT (campaign) DO UPDATE SET status = 'queued', pending = ?2")                      \
    X(ESTIMATION_ADVANCE,                                                                          \
      "UPDATE estimations SET count = CASE status WHEN 'queued' THEN count ELSE pending END, "     \
      "status = CASE status WHEN 'queued' THEN 'processing' ELSE 'complete' END "                  \
      "WHERE campaign = ?")                                                                        \
                                                                                                   \
    X(LIST_GET, "SELECT size, zones, consented FROM lists WHERE id = ?")                           \
    X(LISTS, "SELECT id, size, zones, consented, name, segment FROM lists ORDER BY id")            \
    X(LIST_SET,                                                                                    \
      "INSERT INTO lists (id, name, segment, active, starred, size, zones, consented, created, "   \
      "updated) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?9) ON CONFLICT (id) DO UPDATE SET "            \
      "name = ?2, segment = ?3, active = ?4, starred = ?5, size = ?6, zones = ?7, "                \
      "consented = ?8, updated = ?9")                                                              \
    X(LIST_ROW, "SELECT " SBX_LIST_COLUMNS " FROM lists WHERE id = ? AND NOT segment")             \
    X(SEGMENT_ROW, "SELECT " SBX_LIST_COLUMNS " FROM lists WHERE id = ? AND segment")              \
    X(TEMPLATE_ROW, "SELECT " SBX_TEMPLATE_COLUMNS " FROM templates WHERE id = ?")                 \
    X(TEMPLATE_RENDERED,                                                                           \
      "SELECT pk, id, name, created, updated, editor, ?2, ?3 FROM templates WHERE id = ?1")        \
    X(TEMPLATE_COPY,                                                                               \
      "INSERT INTO templates (id, name, editor, html, text, copied, created, updated) "            \
      "SELECT ?1, name, editor, html, text, 1, ?3, ?3 FROM templates WHERE id = ?2")               \
    X(TEMPLATE_SET, "INSERT INTO templates (id, name, editor, html, text, created, updated) "      \
                    "VALUES (?1,?2,?3,?4,?5,?6,?6) ON CONFLICT (id) DO UPDATE SET "                \
                    "name = ?2, editor = ?3, html = ?4, text = ?5, updated = ?6")                  \
    X(METRIC_SET, "INSERT INTO metrics (id, name, integration, category, created, updated) "       \
                  "VALUES (?1,?2,?3,?4,?5,?5) ON CONFLICT (id) DO UPDATE SET "                     \
                  "name = ?2, integration = ?3, category = ?4, updated = ?5")                      \
    X(ACCOUNT, "SELECT 'SBX001', coalesce(json_extract(given, '$.organization'), 'Sandbox'), "     \
               "coalesce(json_extract(given, '$.sender_name'), 'Sandbox'), "                       \
               "coalesce(json_extract(given, '$.sender_email'), 'sandbox@example.com'), "          \
               "coalesce(json_extract(given, '$.website'), 'https://example.com'), "               \
               "coalesce(json_extract(given, '$.timezone'), 'UTC'), "                              \
               "coalesce(json_extract(given, '$.currency'), 'USD') FROM (SELECT "                  \
               "coalesce((SELECT value FROM meta WHERE key = 'account'), '{}') AS given)")         \
    X(TAG_GET, "SELECT " SBX_TAG_COLUMNS " FROM tags WHERE id = ?")                                \
    X(TAG_SET, "INSERT INTO tags (id, name) VALUES (?1, ?2) "                                      \
               "ON CONFLICT (id) DO UPDATE SET name = ?2")                                         \
    X(TAG_COUNT, "SELECT count(*) FROM tags")                                                      \
    X(CAMPAIGN_TAG_COUNT, "SELECT count(*) FROM campaign_tags WHERE campaign = ?")                 \
    X(CAMPAIGN_TAG_REMOVE, "DELETE FROM campaign_tags WHERE campaign = ? AND tag = ?")             \
    X(IMAGE_GET, "SELECT id, name, url, format, size, hidden, updated FROM images WHERE id = ?")   \
    X(IMAGE_SET, "INSERT OR REPLACE INTO images VALUES (?,?,?,?,?,?,?)")                           \
    X(TRANSLATION_GET,                                                                             \
      "SELECT id, source_locale, target_locales, fallback_locale, channel, metadata, created, "    \
      "updated FROM translations WHERE id = ?")                                                    \
    X(TRANSLATION_SET, "INSERT OR REPLACE INTO translations VALUES (?,?,?,?,?,?,?,?)")             \
    X(VARIATION_TRANSLATION, "UPDATE variations SET translation = ? WHERE pk = ?")                 \
    X(VARIATION_IMAGE, "UPDATE variations SET image = ? WHERE pk = ?")

#endif
