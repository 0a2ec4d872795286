// SPDX-License-Identifier: GPL-2.0
/*
 * A virtual I2C adapter with combined transfers (I2C_RDWR), which i2c-stub refuses.
 *
 *   modprobe i2c-virtual addr=0x76,0x48 width=1,2
 *
 * Each chip is a file of 256 bytes: the first byte written sets the register pointer, the following
 * ones are stored, reads go on from the pointer, and it wraps around. Registers are one byte wide, or
 * two (as those of a TMP102), most significant byte first. Under the adapter
 * (/sys/class/i2c-adapter/i2c-N/) a test finds for each chip, say 0x76:
 *   chip-76        the 256 bytes, to read and to poke
 *   chip-76-error  0, or a positive errno that every transfer to this address then fails with:
 *                  6 (ENXIO) for a chip that does not answer, 5 (EIO) for a broken bus
 *   chip-76-delay  how many milliseconds every transfer to this address takes
 *   chip-76-clears "0xf4 0x03 10": after a write of byte 0xf4 the chip clears the bits 0x03 of it
 *                  10 ms later, as a chip does that was told to measure once
 */
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

#define CHIPS_MAX 8
#define BYTES 256
#define WIDTH_MAX 2
#define TIME_MAX_MS 60000

struct chip {
	unsigned short addr;
	unsigned short width;	/* of a register, in bytes */
	u8 position;		/* in the bytes; wraps by its own width */
	u8 bytes[BYTES];
	unsigned int error;
	unsigned int delay_ms;
	u8 clears_byte;
	u8 clears_bits;
	unsigned int clears_after_ms;
	ktime_t clears_at;	/* 0: nothing is to be cleared */
	char file_name[16];
	char error_name[24];
	char delay_name[24];
	char clears_name[24];
	struct bin_attribute file;
	struct device_attribute error_file;
	struct device_attribute delay_file;
	struct device_attribute clears_file;
};

static unsigned short addr[CHIPS_MAX];
static int chip_count;
module_param_array(addr, ushort, &chip_count, 0444);
MODULE_PARM_DESC(addr, "7-bit addresses of the chips");

static unsigned short width[CHIPS_MAX];
module_param_array(width, ushort, NULL, 0444);
MODULE_PARM_DESC(width, "how many bytes a register of each chip has: 1 or 2 (default 1)");

static struct chip chips[CHIPS_MAX];
/* Keeps a poke of several registers from being seen half done by a transfer. */
static DEFINE_MUTEX(lock);

static struct chip *find(unsigned short wanted)
{
	int i;

	for (i = 0; i < chip_count; i++)
		if (chips[i].addr == wanted)
			return &chips[i];
	return NULL;
}

static void settle(struct chip *chip)
{
	if (chip->clears_at && ktime_compare(ktime_get(), chip->clears_at) >= 0) {
		chip->bytes[chip->clears_byte] &= ~chip->clears_bits;
		chip->clears_at = 0;
	}
}

static void put(struct chip *chip, u8 byte)
{
	if (chip->clears_bits && chip->position == chip->clears_byte)
		chip->clears_at = ktime_add_ms(ktime_get(), chip->clears_after_ms);
	chip->bytes[chip->position++] = byte;
}

static void exchange(struct chip *chip, struct i2c_msg *msg)
{
	int i;

	settle(chip);
	for (i = 0; i < msg->len; i++) {
		if (msg->flags & I2C_M_RD)
			msg->buf[i] = chip->bytes[chip->position++];
		else if (i == 0)
			chip->position = msg->buf[0] * chip->width;
		else
			put(chip, msg->buf[i]);
	}
}

static int transfer_one(struct i2c_msg *msg)
{
	struct chip *chip = find(msg->addr);
	int result = 0;

	if (!chip)
		return -ENXIO;
	if (READ_ONCE(chip->delay_ms))
		msleep(READ_ONCE(chip->delay_ms));
	mutex_lock(&lock);
	if (chip->error)
		result = -(int)chip->error;
	else
		exchange(chip, msg);
	mutex_unlock(&lock);
	return result;
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *msgs, int n)
{
	int i, result;

	for (i = 0; i < n; i++) {
		result = transfer_one(&msgs[i]);
		if (result)
			return result;
	}
	return n;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = transfer,
	.functionality = functionality,
};

static struct i2c_adapter adapter = {
	.owner = THIS_MODULE,
	.algo = &algorithm,
	.name = "virtual I2C",
};

static ssize_t bytes_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			  char *buf, loff_t offset, size_t count)
{
	struct chip *chip = attr->private;

	mutex_lock(&lock);
	settle(chip);
	memcpy(buf, chip->bytes + offset, count);
	mutex_unlock(&lock);
	return count;
}

static ssize_t bytes_write(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			   char *buf, loff_t offset, size_t count)
{
	struct chip *chip = attr->private;

	mutex_lock(&lock);
	memcpy(chip->bytes + offset, buf, count);
	mutex_unlock(&lock);
	return count;
}

static ssize_t store(unsigned int *value, unsigned int max, const char *buf, size_t count)
{
	unsigned int wanted;
	int result = kstrtouint(buf, 0, &wanted);

	if (result)
		return result;
	if (wanted > max)
		return -ERANGE;
	mutex_lock(&lock);
	WRITE_ONCE(*value, wanted);
	mutex_unlock(&lock);
	return count;
}

static ssize_t error_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", container_of(attr, struct chip, error_file)->error);
}

static ssize_t error_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	return store(&container_of(attr, struct chip, error_file)->error, MAX_ERRNO, buf, count);
}

static ssize_t delay_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", container_of(attr, struct chip, delay_file)->delay_ms);
}

static ssize_t delay_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	return store(&container_of(attr, struct chip, delay_file)->delay_ms, TIME_MAX_MS, buf,
		     count);
}

static ssize_t clears_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct chip *chip = container_of(attr, struct chip, clears_file);

	return sysfs_emit(buf, "0x%02x 0x%02x %u\n", chip->clears_byte, chip->clears_bits,
			  chip->clears_after_ms);
}

static ssize_t clears_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	struct chip *chip = container_of(attr, struct chip, clears_file);
	unsigned int byte, bits, ms;

	if (sscanf(buf, "%i %i %u", &byte, &bits, &ms) != 3)
		return -EINVAL;
	if (byte >= BYTES || bits > 0xff || ms > TIME_MAX_MS)
		return -ERANGE;
	mutex_lock(&lock);
	chip->clears_byte = byte;
	chip->clears_bits = bits;
	chip->clears_after_ms = ms;
	chip->clears_at = 0;
	mutex_unlock(&lock);
	return count;
}

static int add_setting(struct chip *chip, struct device_attribute *file, char *name, size_t size,
		       const char *what,
		       ssize_t (*show)(struct device *, struct device_attribute *, char *),
		       ssize_t (*store)(struct device *, struct device_attribute *, const char *,
					size_t))
{
	snprintf(name, size, "chip-%02x-%s", chip->addr, what);
	sysfs_attr_init(&file->attr);
	file->attr.name = name;
	file->attr.mode = 0600;
	file->show = show;
	file->store = store;
	return device_create_file(&adapter.dev, file);
}

static int add_files(struct chip *chip)
{
	int result;

	snprintf(chip->file_name, sizeof(chip->file_name), "chip-%02x", chip->addr);
	sysfs_bin_attr_init(&chip->file);
	chip->file.attr.name = chip->file_name;
	chip->file.attr.mode = 0600;
	chip->file.size = BYTES;
	chip->file.private = chip;
	chip->file.read = bytes_read;
	chip->file.write = bytes_write;
	result = sysfs_create_bin_file(&adapter.dev.kobj, &chip->file);
	if (!result)
		result = add_setting(chip, &chip->error_file, chip->error_name,
				     sizeof(chip->error_name), "error", error_show, error_store);
	if (!result)
		result = add_setting(chip, &chip->delay_file, chip->delay_name,
				     sizeof(chip->delay_name), "delay", delay_show, delay_store);
	if (!result)
		result = add_setting(chip, &chip->clears_file, chip->clears_name,
				     sizeof(chip->clears_name), "clears", clears_show,
				     clears_store);
	return result;
}

static int __init virtual_init(void)
{
	int i, result;

	for (i = 0; i < chip_count; i++) {
		if (width[i] > WIDTH_MAX)
			return -EINVAL;
		chips[i].addr = addr[i];
		chips[i].width = width[i] ? width[i] : 1;
	}
	result = i2c_add_adapter(&adapter);
	if (result)
		return result;
	for (i = 0; i < chip_count; i++) {
		result = add_files(&chips[i]);
		if (result) {
			/* Takes the files added so far along. */
			i2c_del_adapter(&adapter);
			return result;
		}
	}
	return 0;
}

static void __exit virtual_exit(void)
{
	i2c_del_adapter(&adapter);
}

module_init(virtual_init);
module_exit(virtual_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Virtual I2C adapter whose chips are register files");
