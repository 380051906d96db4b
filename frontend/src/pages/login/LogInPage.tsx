import { Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Mark } from "@/app/Header";
import { LogInForm } from "@/app/LogInForm";
import classes from "./LogInPage.module.css";

export function LogInPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/login" });

  return (
    <Center component="main" mih="100dvh" p="md" className={classes.ground}>
      <Stack w="100%" maw={360} gap="lg">
        <Stack gap={6} align="center">
          <Mark size={40} />
          <Title order={1} mt={6}>
            Log in to Anneal
          </Title>
          <Text size="sm" c="dimmed" ta="center">
            A model proposes, people decide, the model learns.
          </Text>
        </Stack>
        <Paper withBorder p="lg">
          <LogInForm onDone={() => navigate({ href: next ?? "/projects", replace: true })} />
        </Paper>
        <Text size="xs" c="dimmed" ta="center">
          No account yet? Ask a manager of your project for one.
        </Text>
      </Stack>
    </Center>
  );
}
