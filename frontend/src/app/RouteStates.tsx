import { Button, Center, Container, EmptyState, Loader, Title } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { ProblemError } from "@/api/problem";
import { ErrorState } from "@/components/ErrorState";

export function RoutePending() {
  return (
    <Center py={120}>
      <Loader size="sm" aria-label="Loading" />
    </Center>
  );
}

export function RouteError({ error }: ErrorComponentProps) {
  const router = useRouter();
  if (error instanceof ProblemError && (error.status === 404 || error.status === 403))
    return <NotFound />;
  return (
    <Container size="sm" py={96}>
      <ErrorState
        title="This page could not be shown"
        error={error}
        onRetry={() => router.invalidate()}
      />
    </Container>
  );
}

export function NotFound() {
  return (
    <Container size="sm" py={96}>
      <EmptyState
        icon={<IconMapOff aria-hidden />}
        title={<Title order={1}>There is nothing here</Title>}
        description="The address is wrong, it was deleted, or you are not a member of this project. Ask its manager to add you."
      >
        <Button component={Link} to="/projects">
          All projects
        </Button>
      </EmptyState>
    </Container>
  );
}
