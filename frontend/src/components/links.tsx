/** Mantine's buttons and anchors as links of the router, with typed addresses. */

import {
  ActionIcon,
  type ActionIconProps,
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  Menu,
  type MenuItemProps,
} from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type LinkProps<P> = P &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof P> & { ref?: Ref<HTMLAnchorElement> };

export const AnchorLink = createLink((props: LinkProps<AnchorProps>) => <Anchor {...props} />);

export const ButtonLink = createLink((props: LinkProps<ButtonProps>) => (
  <Button component="a" {...props} />
));

export const IconLink = createLink((props: LinkProps<ActionIconProps>) => (
  <ActionIcon component="a" {...props} />
));

export const MenuLink = createLink((props: LinkProps<MenuItemProps>) => (
  <Menu.Item component="a" {...props} />
));
