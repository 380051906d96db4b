import { ActionIcon, Avatar, Menu } from "@mantine/core";
import { IconKey, IconLogout, IconSchool } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { logOut, sessionQuery } from "@/api/session";
import { MenuLink } from "@/components/links";

export function AccountMenu() {
  const leave = useLogOut();
  const { data: session } = useQuery(sessionQuery);
  const username = session?.user?.username ?? "";

  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label={`Account of ${username}`} radius="xl" size="lg">
          <Avatar size={26} color="iris" name={username} alt="" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Logged in as {username}</Menu.Label>
        <MenuLink to="/account" leftSection={<IconKey size={16} aria-hidden />}>
          Your account
        </MenuLink>
        <MenuLink to="/tour" leftSection={<IconSchool size={16} aria-hidden />}>
          Take the tour
        </MenuLink>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The page is loaded anew: nothing of one person is left in it for the next. */
export function useLogOut(): () => void {
  const { mutate } = useMutation({
    mutationFn: logOut,
    onSuccess: () => location.assign("/login"),
  });
  return mutate;
}
