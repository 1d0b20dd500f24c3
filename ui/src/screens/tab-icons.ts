import ChartPie from "@lucide/svelte/icons/chart-pie";
import Cloud from "@lucide/svelte/icons/cloud";
import Database from "@lucide/svelte/icons/database";
import Receipt from "@lucide/svelte/icons/receipt-text";
import Sparkle from "@lucide/svelte/icons/sparkle";
import type { Component } from "svelte";
import type { Tab } from "../ipc/client";

export const tabIcons: Record<Tab, Component<any>> = {
  cloud: Cloud, backup: Database, billing: Receipt, showback: ChartPie, ai: Sparkle,
};
