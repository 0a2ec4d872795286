// SPDX-License-Identifier: GPL-2.0
/*
 * A PWM chip of two channels that only remembers what it was told, which
 * /sys/class/pwm/pwmchipN/pwmM then shows.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pwm.h>

#define CHANNELS 2

static int apply(struct pwm_chip *chip, struct pwm_device *pwm, const struct pwm_state *state)
{
	return 0;
}

static const struct pwm_ops operations = {
	.apply = apply,
	.owner = THIS_MODULE,
};

static struct pwm_chip chip = {
	.ops = &operations,
	.npwm = CHANNELS,
};

static struct platform_device *device;

static int __init virtual_init(void)
{
	int result;

	device = platform_device_register_simple("pwm-virtual", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	chip.dev = &device->dev;
	result = pwmchip_add(&chip);
	if (result)
		platform_device_unregister(device);
	return result;
}

static void __exit virtual_exit(void)
{
	pwmchip_remove(&chip);
	platform_device_unregister(device);
}

module_init(virtual_init);
module_exit(virtual_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Virtual PWM chip");
