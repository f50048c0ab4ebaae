# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The parts of `make bench`: lines of the table, boots, targets, table and chart."""
