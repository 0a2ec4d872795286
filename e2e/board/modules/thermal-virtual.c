// SPDX-License-Identifier: GPL-2.0
/*
 * A thermal zone of the type cpu-thermal, as that of a Raspberry Pi. Its temperature is what
 * /sys/module/thermal_virtual/parameters/temp says, in thousandths of a degree.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/thermal.h>

static int temp = 45000;
module_param(temp, int, 0644);
MODULE_PARM_DESC(temp, "temperature in thousandths of a degree Celsius");

static struct thermal_zone_device *zone;

static int get_temp(struct thermal_zone_device *device, int *value)
{
	*value = READ_ONCE(temp);
	return 0;
}

static struct thermal_zone_device_ops operations = {
	.get_temp = get_temp,
};

static int __init virtual_init(void)
{
	zone = thermal_zone_device_register("cpu-thermal", 0, 0, NULL, &operations, NULL, 0, 0);
	return PTR_ERR_OR_ZERO(zone);
}

static void __exit virtual_exit(void)
{
	thermal_zone_device_unregister(zone);
}

module_init(virtual_init);
module_exit(virtual_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Virtual thermal zone");
