/*
 * Runs a command and lets one of its calls of the system fail, write less than it should, or be its last.
 *
 *   fault REPORT CLASS NUMBER ACTION TMPFILE COMMAND...
 *
 * CLASS is `changes`, the calls that change files; `around`, from the first of these on also those that look, open and
 * read; or `all`.
 * NUMBER is which of them, from 1. ACTION is `kill` (before the call), `short` (half of it, where writes are all
 * that counts), or the number of an
 * error. TMPFILE is `tmpfile`, or `no-tmpfile`: as where a file system has no O_TMPFILE. REPORT gets how many calls of
 * the class there were, and which one was hit. It ends as the command did; killed is 137.
 *
 * Calls are stopped in the kernel (ptrace(2)), since not all of them come through the C library.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { OTHER, CHANGE, READING };

/* What a call does, and its name. */
static enum kind kind_of(const struct ptrace_syscall_info *info, const char **name) {
    const unsigned long long *args = info->entry.args;
    unsigned long flags = 0;
    switch (info->entry.nr) {
#define IS(call) case SYS_##call: *name = #call; return CHANGE
#ifdef SYS_open
    case SYS_open: *name = "open"; flags = args[1]; break;
    IS(creat); IS(rename); IS(link); IS(unlink); IS(chmod); IS(mkdir); IS(rmdir); IS(symlink);
#endif
#ifdef SYS_renameat
    IS(renameat);
#endif
    case SYS_openat: *name = "openat"; flags = args[2]; break;
    IS(renameat2); IS(linkat); IS(unlinkat); IS(fchmodat); IS(fchmod); IS(fchown); IS(fchownat); IS(mkdirat);
    IS(symlinkat); IS(fsync); IS(fdatasync); IS(ftruncate); IS(flock); IS(copy_file_range); IS(sendfile);
    case SYS_write: *name = "write"; return args[0] > 2 ? CHANGE : OTHER;
    case SYS_pwrite64: *name = "pwrite64"; return CHANGE;
    case SYS_writev: *name = "writev"; return args[0] > 2 ? CHANGE : OTHER;
    case SYS_statx: *name = "statx"; return READING;
    case SYS_read: *name = "read"; return args[0] > 2 ? READING : OTHER;
    default: *name = "another call"; return OTHER;
    }
    return flags & (O_WRONLY | O_RDWR | O_CREAT) ? CHANGE : READING;
}

static int is_tmpfile(const struct ptrace_syscall_info *info) {
#ifdef SYS_open
    if (info->entry.nr == SYS_open)
        return (info->entry.args[1] & O_TMPFILE) == O_TMPFILE;
#endif
    return info->entry.nr == SYS_openat && (info->entry.args[2] & O_TMPFILE) == O_TMPFILE;
}

static void die(const char *what) {
    perror(what);
    exit(125);
}

#if defined(__x86_64__)
static void skip_call(pid_t thread) {
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, thread, 0, &regs) != 0) die("PTRACE_GETREGS");
    regs.orig_rax = (unsigned long long)-1;
    if (ptrace(PTRACE_SETREGS, thread, 0, &regs) != 0) die("PTRACE_SETREGS");
}
static void set_result(pid_t thread, long value) {
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, thread, 0, &regs) != 0) die("PTRACE_GETREGS");
    regs.rax = (unsigned long long)value;
    if (ptrace(PTRACE_SETREGS, thread, 0, &regs) != 0) die("PTRACE_SETREGS");
}
static void halve_length(pid_t thread) {
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, thread, 0, &regs) != 0) die("PTRACE_GETREGS");
    if (regs.rdx > 1) regs.rdx /= 2;
    if (ptrace(PTRACE_SETREGS, thread, 0, &regs) != 0) die("PTRACE_SETREGS");
}
#elif defined(__aarch64__)
static void registers(pid_t thread, struct user_regs_struct *regs, int is_set) {
    struct iovec all = { regs, sizeof *regs };
    long done = is_set ? ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all) : ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all);
    if (done != 0) die("registers");
}
static void skip_call(pid_t thread) {
    int none = -1;
    struct iovec call = { &none, sizeof none };
    if (ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &call) != 0) die("NT_ARM_SYSTEM_CALL");
}
static void set_result(pid_t thread, long value) {
    struct user_regs_struct regs;
    registers(thread, &regs, 0);
    regs.regs[0] = (unsigned long long)value;
    registers(thread, &regs, 1);
}
static void halve_length(pid_t thread) {
    struct user_regs_struct regs;
    registers(thread, &regs, 0);
    if (regs.regs[2] > 1) regs.regs[2] /= 2;
    registers(thread, &regs, 1);
}
#else
#error "registers of this processor are not known here"
#endif

/* Threads whose call was skipped, and what it is to answer. */
static struct { pid_t thread; int error; } skipped[64];

static void skip(pid_t thread, int error) {
    skip_call(thread);
    for (int i = 0; i < 64; ++i)
        if (skipped[i].thread == 0) {
            skipped[i].thread = thread;
            skipped[i].error = error;
            return;
        }
}

int main(int argc, char **argv) {
    if (argc < 7) return 125;
    int all = strcmp(argv[2], "all") == 0, around = all || strcmp(argv[2], "around") == 0;
    long number = atol(argv[3]), count = 0;
    const char *action = argv[4], *hit = "none";
    int without = strcmp(argv[5], "no-tmpfile") == 0;
    int is_short = strcmp(action, "short") == 0;
    int has_exec = 0, has_changed = 0, result = 125;
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) die("PTRACE_TRACEME");
        raise(SIGSTOP);
        execv(argv[6], argv + 6);
        die(argv[6]);
    }
    int status;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return 125;
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, options) != 0) die("PTRACE_SETOPTIONS");
    if (ptrace(PTRACE_SYSCALL, child, 0, 0) != 0) die("PTRACE_SYSCALL");
    pid_t thread;
    while ((thread = waitpid(-1, &status, __WALL)) > 0) {
        if (!WIFSTOPPED(status)) {
            if (thread == child)
                result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        long signal = WSTOPSIG(status);
        if (signal == SIGSTOP || signal == SIGTRAP) {
            has_exec |= status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
            signal = 0;
        } else if (signal == (SIGTRAP | 0x80)) {
            struct ptrace_syscall_info info;
            memset(&info, 0, sizeof info);
            signal = 0;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) continue;
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY && has_exec) {
                const char *name;
                enum kind kind = kind_of(&info, &name);
                int is_gone = without && is_tmpfile(&info);
                has_changed |= kind == CHANGE;
                if (is_short && strcmp(name, "write") != 0)
                    kind = OTHER;
                if (is_gone)
                    skip(thread, EOPNOTSUPP);
                else if ((all || kind == CHANGE || (around && kind == READING && has_changed)) && ++count == number) {
                    hit = name;
                    if (strcmp(action, "kill") == 0)
                        kill(child, SIGKILL);
                    else if (is_short)
                        halve_length(thread);
                    else
                        skip(thread, atoi(action));
                }
            } else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
                for (int i = 0; i < 64; ++i)
                    if (skipped[i].thread == thread) {
                        set_result(thread, -(long)skipped[i].error);
                        skipped[i].thread = 0;
                        break;
                    }
        }
        /* one that is gone cannot go on */
        ptrace(PTRACE_SYSCALL, thread, 0, signal);
    }
    FILE *report = fopen(argv[1], "w");
    if (report == NULL) die(argv[1]);
    fprintf(report, "%ld %s\n", count, hit);
    fclose(report);
    return result;
}
