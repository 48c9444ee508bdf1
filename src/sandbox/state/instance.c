/* SPDX-License-Identifier: MIT */
#include "state/instance.h"

#include <stdlib.h>
#include <string.h>

#include "state/saved_clock.h"

sbx_instance *sbx_instance_new(sbx_settings *settings) {
    sbx_instance *instance = calloc(1, sizeof *instance);
    if (!instance) {
        sbx_settings_free(settings);
        return NULL;
    }
    instance->settings = *settings;
    memset(settings, 0, sizeof *settings);
    pthread_mutex_init(&instance->lock, NULL);
    instance->zones = sbx_zones_new(NULL);
    instance->auth =
        (sbx_auth){.keys = instance->settings.keys, .key_count = instance->settings.key_count};
    instance->lifecycle = (sbx_lifecycle){
        .store = &instance->store, .zones = instance->zones, .next_event = INT64_MAX};
    if (instance->zones)
        return instance;
    sbx_instance_free(instance);
    return NULL;
}

bool sbx_instance_open(sbx_instance *instance, char **problem) {
    const sbx_settings *settings = &instance->settings;
    if (!sbx_store_open(&instance->store, settings->db, problem))
        return false;
    sbx_saved_clock_start(&instance->store, settings, &instance->clock);
    if (settings->has_start || settings->has_rate)
        sbx_saved_clock_write(&instance->store, &instance->clock);
    sbx_lifecycle_refresh(&instance->lifecycle);
    return true;
}

void sbx_instance_free(sbx_instance *instance) {
    if (!instance)
        return;
    sbx_store_close(&instance->store);
    sbx_zones_free(instance->zones);
    sbx_auth_free(&instance->auth);
    sbx_faults_clear(&instance->faults);
    sbx_journal_free(&instance->journal);
    sbx_effects_free(&instance->effects);
    sbx_limits_free(&instance->limits);
    sbx_snapshots_free(&instance->snapshots);
    free(instance->origin);
    sbx_settings_free(&instance->settings);
    pthread_mutex_destroy(&instance->lock);
    free(instance);
}

bool sbx_instance_reset(sbx_instance *instance) {
    bool good = sbx_store_clear(&instance->store);
    sbx_faults_clear(&instance->faults);
    sbx_journal_clear(&instance->journal);
    sbx_effects_clear(&instance->effects);
    instance->reset_count++;
    sbx_limits_free(&instance->limits);
    sbx_auth_free(&instance->auth);
    sbx_saved_clock_start(&instance->store, &instance->settings, &instance->clock);
    sbx_lifecycle_refresh(&instance->lifecycle);
    return good;
}

void sbx_instance_stamp(sbx_instance *instance, sbx_response *response) {
    sbx_response_stamp(response, ++instance->response_count, sbx_clock_now(&instance->clock));
}
