// SPDX-License-Identifier: Apache-2.0
/* The random numbers of workloads/nas. */
#include "nas/random.h"

#include <glib.h>

#define SEED UINT64_C(314159265)

/* The definition, without relying on what is lost above 64 bits: 46 bits times 31 are 77. */
static uint64_t step_by_definition(uint64_t x)
{
    unsigned __int128 product = (unsigned __int128)x * NAS_RANDOM_MULTIPLIER;
    return (uint64_t)(product % ((unsigned __int128)1 << 46));
}

static void a_step_is_the_definition(void)
{
    uint64_t x = SEED;
    for (int k = 0; k < 1000; k++) {
        uint64_t next = step_by_definition(x);
        x = nas_random_step(x);
        g_assert_cmpuint(x, ==, next);
    }
}

static void the_multiplier_is_the_13th_power_of_5(void)
{
    uint64_t power = 1;
    for (int k = 0; k < 13; k++)
        power *= 5;
    g_assert_cmpuint(NAS_RANDOM_MULTIPLIER, ==, power);
}

static void a_jump_is_as_many_steps(void)
{
    uint64_t stepped = SEED;
    for (uint64_t n = 0; n < 5000; n++) {
        g_assert_cmpuint(nas_random_jump(SEED, n), ==, stepped);
        stepped = nas_random_step(stepped);
    }
}

static void jumps_add_up(void)
{
    for (int k = 0; k < 1000; k++) {
        uint64_t a = (uint64_t)g_test_rand_int() << 8, b = (uint64_t)g_test_rand_int() << 3;
        g_assert_cmpuint(nas_random_jump(nas_random_jump(SEED, a), b), ==,
                         nas_random_jump(SEED, a + b));
    }
}

/* Odd states, of which the generator has 2^44, come around after so many steps. */
static void the_period_is_2_to_the_44(void)
{
    g_assert_cmpuint(nas_random_jump(SEED, UINT64_C(1) << 44), ==, SEED);
    g_assert_cmpuint(nas_random_jump(SEED, UINT64_C(1) << 43), !=, SEED);
}

static void a_batch_is_the_numbers_one_by_one(void)
{
    double numbers[200];
    for (size_t n = 0; n <= G_N_ELEMENTS(numbers); n++) {
        uint64_t at_once = nas_random_jump(SEED, n), one_by_one = at_once;
        nas_random_fill(&at_once, numbers, n);
        for (size_t k = 0; k < n; k++)
            g_assert_cmpfloat(numbers[k], ==, nas_random_next(&one_by_one));
        g_assert_cmpuint(at_once, ==, one_by_one);
    }
}

static void numbers_are_between_0_and_1_and_average_a_half(void)
{
    static double numbers[1 << 20];
    uint64_t state = SEED;
    double sum = 0;
    nas_random_fill(&state, numbers, G_N_ELEMENTS(numbers));
    for (size_t k = 0; k < G_N_ELEMENTS(numbers); k++) {
        g_assert_cmpfloat(numbers[k], >, 0);
        g_assert_cmpfloat(numbers[k], <, 1);
        sum += numbers[k];
    }
    g_assert_cmpfloat_with_epsilon(sum / G_N_ELEMENTS(numbers), 0.5, 0.002);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/random/a step is the definition", a_step_is_the_definition);
    g_test_add_func("/random/the multiplier is the 13th power of 5",
                    the_multiplier_is_the_13th_power_of_5);
    g_test_add_func("/random/a jump is as many steps", a_jump_is_as_many_steps);
    g_test_add_func("/random/jumps add up", jumps_add_up);
    g_test_add_func("/random/the period is 2 to the 44", the_period_is_2_to_the_44);
    g_test_add_func("/random/a batch is the numbers one by one", a_batch_is_the_numbers_one_by_one);
    g_test_add_func("/random/numbers are between 0 and 1 and average a half",
                    numbers_are_between_0_and_1_and_average_a_half);
    return g_test_run();
}
