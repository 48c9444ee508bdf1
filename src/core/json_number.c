/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_number.h"

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static const char *digits_end(const char *at) {
    while (is_digit(*at)) {
        at++;
    }
    return at;
}

static const char *reject(klv_json_fault *fault, const char *at) {
    *fault = (klv_json_fault){KLV_DOCUMENT_SYNTAX, at, "a digit"};
    return NULL;
}

static bool fits_int64(const char *digits, size_t count, bool negative) {
    if (count != 19) {
        return count < 19;
    }
    return memcmp(digits, negative ? "9223372036854775808" : "9223372036854775807", 19) <= 0;
}

const char *klv_json_number_end(const char *at, bool *integer, klv_json_fault *fault) {
    bool negative = *at == '-';
    const char *digits = at + negative;
    if (!is_digit(*digits)) {
        return reject(fault, digits);
    }
    at = *digits == '0' ? digits + 1 : digits_end(digits);
    *integer =
        *at != '.' && (*at | 0x20) != 'e' && fits_int64(digits, (size_t)(at - digits), negative);
    if (*at == '.') {
        if (!is_digit(*++at)) {
            return reject(fault, at);
        }
        at = digits_end(at);
    }
    if ((*at | 0x20) == 'e') {
        at++;
        at += *at == '+' || *at == '-';
        if (!is_digit(*at)) {
            return reject(fault, at);
        }
        at = digits_end(at);
    }
    return at;
}

int64_t klv_json_to_integer(const char *at, size_t length) {
    const char *end = at + length;
    bool negative = *at == '-';
    uint64_t value = 0;
    for (at += negative; at < end; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
    }
    /* -2^63 has no positive counterpart; the subtraction is done where it cannot overflow */
    return negative ? (int64_t)(0 - value) : (int64_t)value;
}

/* The parts of a number: 0.D1D2D3... x 10^point, with `count` significant digits kept. */
typedef struct {
    char digits[800];
    size_t count;
    int64_t point;
    bool negative;
} decimal;

/*
 * Fewer than 770 digits, and whether anything but zeros follows, determine the nearest double:
 * so the rest is replaced by one digit.
 */
static void add_digit(decimal *number, char digit) {
    if (number->count < sizeof number->digits - 1) {
        number->digits[number->count++] = digit;
    } else if (digit != '0') {
        number->digits[sizeof number->digits - 1] = '1';
        number->count = sizeof number->digits;
    }
}

/* Exponents beyond this mean infinity or zero, whatever the digits of a text of at most 2^28
 * bytes. */
#define EXPONENT_CAP 1000000000

static void take_apart(decimal *number, const char *at, const char *end) {
    number->negative = *at == '-';
    number->count = 0;
    number->point = 0;
    at += number->negative;
    bool fraction = false;
    for (; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') {
            fraction = true;
        } else if (*at == '0' && !number->count) {
            number->point -= fraction;
        } else {
            add_digit(number, *at);
            number->point += !fraction;
        }
    }
    if (at < end) {
        at++;
        bool down = *at == '-';
        int64_t exponent = 0;
        for (at += *at == '+' || *at == '-'; at < end; at++) {
            exponent = exponent < EXPONENT_CAP ? exponent * 10 + (*at - '0') : EXPONENT_CAP;
        }
        number->point += down ? -exponent : exponent;
    }
}

/* The result is exact if both the digits and the power of ten are doubles without rounding; only
 * then it is used. */
static bool small_double(const decimal *number, double *value) {
#if FLT_EVAL_METHOD == 0
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t exponent = number->point - (int64_t)number->count;
    if (number->count > 15 || exponent < -22 || exponent > 22) {
        return false;
    }
    uint64_t digits = 0;
    for (size_t i = 0; i < number->count; i++) {
        digits = digits * 10 + (uint64_t)(number->digits[i] - '0');
    }
    *value = exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
    return true;
#else
    (void)number;
    (void)value;
    return false;
#endif
}

double klv_json_to_double(const char *at, size_t length) {
    decimal number;
    double value;
    take_apart(&number, at, at + length);
    if (number.count == 0) {
        value = 0;
    } else if (!small_double(&number, &value)) {
        /* digits and exponent without a point: strtod rounds correctly, and the locale has no
         * effect */
        char text[sizeof number.digits + 32];
        int64_t exponent = number.point - (int64_t)number.count;
        memcpy(text, number.digits, number.count);
        snprintf(text + number.count, 32, "e%lld", (long long)exponent);
        value = strtod(text, NULL);
    }
    return number.negative ? -value : value;
}
