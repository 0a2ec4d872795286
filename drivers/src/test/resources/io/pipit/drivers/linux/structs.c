/*
 * Structs as the kernel's headers lay them out, filled in as the tests do, and the numbers of the
 * ioctl requests. structs-32.txt and structs-64.txt hold what a compiler makes of them, a line each;
 * pointers are zero. To make them again, on Debian:
 *
 *   apt-get install gcc-arm-linux-gnueabihf gcc-aarch64-linux-gnu libc6-dev-armhf-cross libc6-dev-arm64-cross
 *   for t in arm-linux-gnueabihf:32 aarch64-linux-gnu:64; do
 *       c=${t%:*}; $c-gcc -c -fno-common -fdata-sections -o structs.o structs.c
 *       for s in $($c-nm structs.o | sed -n 's/.* [BDR] //p' | sort); do
 *           $c-objcopy -O binary --set-section-flags .bss.$s=alloc,load,contents \
 *               -j .data.$s -j .data.rel.$s -j .data.rel.local.$s -j .bss.$s structs.o structs.bin
 *           echo "$s $(od -An -v -tx1 structs.bin | tr -d ' \n')"
 *       done > structs-${t#*:}.txt
 *   done
 */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/gpio.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/spi/spidev.h>
#include <poll.h>

static __u8 buffer[32];

/* A register's address written, and two bytes read after a repeated start. */
struct i2c_msg i2c_messages[2] = {
    {.addr = 0x76, .flags = 0, .len = 1, .buf = buffer},
    {.addr = 0x76, .flags = I2C_M_RD, .len = 2, .buf = buffer},
};
struct i2c_rdwr_ioctl_data i2c_transfer = {.msgs = i2c_messages, .nmsgs = 2};

union i2c_smbus_data i2c_smbus_block = {.block = {3, 0xA1, 0xA2, 0xA3}};
struct i2c_smbus_ioctl_data i2c_smbus_write = {
    .read_write = I2C_SMBUS_WRITE,
    .command = 0xF4,
    .size = I2C_SMBUS_I2C_BLOCK_DATA,
    .data = &i2c_smbus_block,
};

/* tx_buf and rx_buf are 64-bit numbers on all machines; addresses, so 0 here, too. */
struct spi_ioc_transfer spi_transfer = {
    .len = 3, .speed_hz = 1350000, .delay_usecs = 7, .bits_per_word = 8, .cs_change = 1};

/* A button to ground: pulled up, active low, both edges, 5 ms debounced. */
struct gpio_v2_line_request gpio_input = {
    .offsets = {17},
    .consumer = "pipit",
    .config = {
        .flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_ACTIVE_LOW
                 | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING
                 | GPIO_V2_LINE_FLAG_BIAS_PULL_UP,
        .num_attrs = 1,
        .attrs = {{.attr = {.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE, .debounce_period_us = 5000},
                   .mask = 1}},
    },
    .num_lines = 1,
    .event_buffer_size = 256,
};

/* A relay, on from the start. */
struct gpio_v2_line_request gpio_output = {
    .offsets = {27},
    .consumer = "pipit",
    .config = {
        .flags = GPIO_V2_LINE_FLAG_OUTPUT,
        .num_attrs = 1,
        .attrs = {{.attr = {.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES, .values = 1}, .mask = 1}},
    },
    .num_lines = 1,
};
/* What the kernel answers with: the line's descriptor. */
struct gpio_v2_line_request gpio_granted = {.fd = 42};
struct gpio_v2_line_values gpio_values = {.bits = 1, .mask = 1};
struct gpio_v2_line_event gpio_event = {
    .timestamp_ns = 0x123456789ABCDEF0,
    .id = GPIO_V2_LINE_EVENT_FALLING_EDGE,
    .offset = 17,
    .seqno = 9,
    .line_seqno = 8,
};
struct gpiochip_info gpio_chip = {.name = "gpiochip0", .label = "pinctrl-bcm2711", .lines = 58};
struct gpio_v2_line_info gpio_line = {
    .name = "GPIO17", .consumer = "fan", .offset = 17, .flags = GPIO_V2_LINE_FLAG_USED};

/* Bytes as they are, at 9600 bits a second. */
struct termios2 tty_raw = {
    .c_cflag = CS8 | CREAD | CLOCAL | BOTHER,
    .c_cc = {[VMIN] = 1},
    .c_ispeed = 9600,
    .c_ospeed = 9600,
};

struct pollfd poll_edges = {.fd = 5, .events = POLLIN, .revents = POLLERR | POLLHUP};

__u32 request_i2c_timeout = I2C_TIMEOUT;
__u32 request_i2c_slave = I2C_SLAVE;
__u32 request_i2c_funcs = I2C_FUNCS;
__u32 request_i2c_rdwr = I2C_RDWR;
__u32 request_i2c_smbus = I2C_SMBUS;
__u32 request_spi_message_1 = SPI_IOC_MESSAGE(1);
__u32 request_spi_message_2 = SPI_IOC_MESSAGE(2);
__u32 request_spi_mode = SPI_IOC_WR_MODE;
__u32 request_spi_bits = SPI_IOC_WR_BITS_PER_WORD;
__u32 request_spi_speed = SPI_IOC_WR_MAX_SPEED_HZ;
__u32 request_gpio_chip_info = GPIO_GET_CHIPINFO_IOCTL;
__u32 request_gpio_line_info = GPIO_V2_GET_LINEINFO_IOCTL;
__u32 request_gpio_line = GPIO_V2_GET_LINE_IOCTL;
__u32 request_gpio_get_values = GPIO_V2_LINE_GET_VALUES_IOCTL;
__u32 request_gpio_set_values = GPIO_V2_LINE_SET_VALUES_IOCTL;
__u32 request_tty_get = TCGETS2;
__u32 request_tty_set = TCSETS2;
__u32 request_tty_flush = TCFLSH;
__u32 request_tty_exclusive = TIOCEXCL;
