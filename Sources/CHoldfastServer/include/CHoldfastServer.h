#pragma once

/// Asks the kernel to end this process when its parent dies. Returns 0, or -1 where the kernel
/// cannot (anything but Linux).
int holdfast_die_with_parent(void);
