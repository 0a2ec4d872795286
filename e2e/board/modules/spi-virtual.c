// SPDX-License-Identifier: GPL-2.0
/*
 * A virtual SPI controller with an MCP3008 at chip select 0: an analogue-to-digital converter of
 * eight channels and ten bits (Microchip DS21295, section 5), to user space /dev/spidevN.0.
 *
 *   modprobe spi-virtual channel=512,0,1023
 *
 * /sys/module/spi_virtual/parameters/channel changes the values, to be set all at once.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/spi/spi.h>

#define CHANNELS 8
#define VALUE_MAX 1023
#define MAX_SPEED_HZ 3600000
/* In bits from the start bit on: the last of the channel, and the first of the value. */
#define CHANNEL_COMPLETE 4
#define VALUE_BEGINS 7
#define VALUE_BITS 10

static ushort channel[CHANNELS];
module_param_array(channel, ushort, NULL, 0644);
MODULE_PARM_DESC(channel, "value of each channel, 0 to 1023");

/* Since the chip was selected. */
struct conversation {
	int bit;		/* counted from the start bit, which is 0; before it, -1 */
	u8 command;
	u16 value;
};

/* What the chip answers while it receives a bit. */
static int exchange_bit(struct conversation *talk, int in)
{
	int answer = 0;

	if (talk->bit < 0 && !in)
		return 0;
	talk->bit++;
	if (talk->bit <= CHANNEL_COMPLETE)
		talk->command = talk->command << 1 | in;
	if (talk->bit == CHANNEL_COMPLETE)
		talk->value = min_t(u16, READ_ONCE(channel[talk->command & 7]), VALUE_MAX);
	if (talk->bit >= VALUE_BEGINS && talk->bit < VALUE_BEGINS + VALUE_BITS)
		answer = talk->value >> (VALUE_BEGINS + VALUE_BITS - 1 - talk->bit) & 1;
	return answer;
}

static int transfer_message(struct spi_controller *controller, struct spi_message *message)
{
	struct conversation talk = { .bit = -1 };
	struct spi_transfer *transfer;
	unsigned int i;
	int bit;

	list_for_each_entry(transfer, &message->transfers, transfer_list) {
		const u8 *out = transfer->tx_buf;
		u8 *in = transfer->rx_buf;

		for (i = 0; i < transfer->len; i++) {
			u8 answer = 0;

			for (bit = 7; bit >= 0; bit--)
				answer = answer << 1 |
					 exchange_bit(&talk, out ? out[i] >> bit & 1 : 0);
			if (in)
				in[i] = answer;
		}
		message->actual_length += transfer->len;
		if (transfer->cs_change && !list_is_last(&transfer->transfer_list,
							 &message->transfers))
			talk = (struct conversation){ .bit = -1 };
	}
	message->status = 0;
	spi_finalize_current_message(controller);
	return 0;
}

static struct spi_board_info chip = {
	/* One of the names that spidev answers to: it has none of its own. */
	.modalias = "dh2228fv",
	.max_speed_hz = MAX_SPEED_HZ,
};

static struct platform_device *device;
static struct spi_controller *controller;

static int __init virtual_init(void)
{
	int result = -ENOMEM;

	device = platform_device_register_simple("spi-virtual", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	controller = spi_alloc_master(&device->dev, 0);
	if (!controller)
		goto no_controller;
	controller->num_chipselect = 1;
	controller->mode_bits = SPI_CPOL | SPI_CPHA;
	controller->bits_per_word_mask = SPI_BPW_MASK(8);
	controller->transfer_one_message = transfer_message;
	result = spi_register_controller(controller);
	if (result) {
		spi_controller_put(controller);
		goto no_controller;
	}
	if (!spi_new_device(controller, &chip)) {
		result = -ENODEV;
		spi_unregister_controller(controller);
		goto no_controller;
	}
	return 0;

no_controller:
	platform_device_unregister(device);
	return result;
}

static void __exit virtual_exit(void)
{
	spi_unregister_controller(controller);
	platform_device_unregister(device);
}

module_init(virtual_init);
module_exit(virtual_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Virtual SPI controller with an MCP3008");
