#pragma once

/// Asks the kernel to end this process when its parent dies. Returns 0, or -1 where the kernel
/// cannot (anything but Linux).
int holdfast_die_with_parent(void);

/// Gives memory that is free in the allocator's arenas back to the kernel. Nothing where the allocator
/// does so by itself, or cannot (anything but glibc).
void holdfast_release_memory(void);
