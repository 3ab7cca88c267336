/*
 * Preloaded into a process, leaves what is in its memory in the file that TRUSTPACK_IMAGE names, when it ends.
 *
 * Everything writable and private: heap, stacks of all threads, data. Nothing is allocated on the way, so that what was
 * freed lies as it was left.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char maps[1 << 20];

/* One hexadecimal number, and where it ends. */
static unsigned long number(const char **at) {
    unsigned long value = 0;
    for (;; ++*at) {
        if (**at >= '0' && **at <= '9')
            value = value * 16 + (unsigned long)(**at - '0');
        else if (**at >= 'a' && **at <= 'f')
            value = value * 16 + (unsigned long)(**at - 'a' + 10);
        else
            return value;
    }
}

__attribute__((destructor)) static void leave_image(void) {
    const char *path = getenv("TRUSTPACK_IMAGE");
    int from = open("/proc/self/maps", O_RDONLY);
    if (path == NULL || from < 0)
        return;
    int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    size_t length = 0;
    ssize_t count;
    while ((count = read(from, maps + length, sizeof maps - 1 - length)) > 0)
        length += (size_t)count;
    for (const char *line = maps; *line != '\0'; ++line) {
        unsigned long start = number(&line);
        ++line;
        unsigned long end = number(&line);
        int is_ours = strncmp(line, " rw-p", 5) == 0;
        while (*line != '\n' && *line != '\0')
            ++line;
        if (is_ours)
            while (start < end && (count = write(to, (const void *)start, end - start)) > 0)
                start += (unsigned long)count;
        if (*line == '\0')
            break;
    }
    close(to);
    close(from);
}
