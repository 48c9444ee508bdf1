-- SPDX-License-Identifier: MIT
--- The one place where the version of this library is written.
return "0.1.0"
