import { ActionIcon, Avatar, Menu } from "@mantine/core";
import { IconKey, IconLogout, IconSchool } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
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

export function useLogOut(): () => void {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: logOut,
    onSuccess: async () => {
      await navigate({ to: "/login" });
      queries.clear();
    },
  });
  return mutate;
}
